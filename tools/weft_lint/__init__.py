# SPDX-License-Identifier: MIT
"""weft-lint: finds mistakes in coroutines that no compiler reports."""
