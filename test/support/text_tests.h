/* SPDX-License-Identifier: MIT */
/* The tests whose subject is names and texts, for no_texts.c. */
/* Reports that name a task, an object or a descriptor. */
"a_report_names_the_wait_and_its_caller", "a_report_names_the_condition_and_then_the_lock",
    "a_report_names_the_descriptor", "a_report_of_a_notified_task_names_no_descriptor",
    "a_deadlock_names_the_event", "a_deadlock_names_what_is_waited_for",
    "a_deep_chain_of_any_kind_is_dumped", "groups_around_deep_calls_are_dumped",
    "a_million_tasks_that_hold_each_others_locks_are_dumped", "a_task_waits_for_its_gather",
    "a_parent_waits_for_its_group", "a_report_names_the_lock_and_its_holder",
    "a_report_says_what_each_waiter_waits_for", "a_report_names_the_semaphore",
    "a_task_waits_for_its_shield", "a_task_waits_for_its_set",
    "waiters_get_a_slot_in_the_order_in_which_they_came",
    "tasks_that_await_each_other_are_a_deadlock_that_cancel_breaks",
    /* Names of tasks. */
    "a_child_has_a_name", "the_task_of_a_child_is_evaluated_once",
    "a_task_has_its_coroutines_name_or_that_of_a_member_of_its_frame",
    "a_failed_task_in_a_frame_is_reported_before_the_frame_is_reused",
    "a_failed_task_in_a_task_is_reported_before_the_task_is_reused",
    "an_exception_handler_can_retrieve_the_next_error",
    "an_exception_handler_can_reuse_the_memory_of_a_failed_task",
    "a_close_that_is_refused_reports_no_error",
    "an_unretrieved_error_is_reported_once_when_its_memory_is_reused",
    "unretrieved_errors_are_reported_in_order_when_the_loop_closes",
    "an_error_counts_as_retrieved_if_a_waiter_is_a_task",
    /* Texts of errors. */
    "a_backend_without_descriptors_refuses_a_wait_for_one",
    "a_groups_error_is_of_its_kind_and_has_a_text", "a_timeout_has_a_text_and_is_no_cancellation",
