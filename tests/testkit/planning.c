/* SPDX-License-Identifier: MIT */

/* Which faults a plan takes, in C. */

#include <cmta/testkit.h>

#include <criterion/criterion.h>
#include <stddef.h>

static struct cmta_plan *plan;

static void begin(void) {
  cr_assert_eq(cmta_plan_new(&plan, 1), 0);
  cr_assert_eq(cmta_plan_add_text(plan, "noop: delay 0", NULL, 0), 0);
}

static void end(void) { cmta_plan_free(plan); }

TestSuite(planning, .init = begin, .fini = end, .timeout = 30);

Test(planning, takes_no_fault_that_cannot_be) {
  struct cmta_fault fault;
  cmta_fault_init(&fault);
  cr_expect_eq(cmta_plan_add(plan, &fault), CMTA_E_ARGUMENT);
  fault.stage = "rcpt";
  cr_expect_eq(cmta_plan_add(plan, &fault), 1);
  fault.size++;
  cr_expect_eq(cmta_plan_add(plan, &fault), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_plan_add_text(plan, "rcpt", NULL, 0), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_plan_add(NULL, &fault), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_plan_happened(plan, 2), 0);
  cr_expect_eq(cmta_plan_happened(plan, -1), 0);
}

Test(planning, takes_no_condition_that_can_never_hold) {
  struct cmta_fault fault;
  cmta_fault_init(&fault);
  fault.stage = "rcpt";
  fault.match.sender = "<>";
  cr_expect_eq(cmta_plan_add(plan, &fault), CMTA_E_ARGUMENT);
  fault.match.sender = "";
  cr_expect_eq(cmta_plan_add(plan, &fault), 1);
  fault.match.recipient = "";
  cr_expect_eq(cmta_plan_add(plan, &fault), CMTA_E_ARGUMENT);
}

Test(planning, takes_matches_of_sizes_that_can_be) {
  struct cmta_fault fault;
  cmta_fault_init(&fault);
  fault.stage = "rcpt";
  fault.match.sender = "a@b.example";
  fault.match.recipient = "nobody";
  fault.match.size = 0;
  cr_expect_eq(cmta_plan_add(plan, &fault), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_fault_words(&fault, NULL, 0), CMTA_E_ARGUMENT);
  fault.match.size = sizeof fault.match + 1;
  cr_expect_eq(cmta_plan_add(plan, &fault), CMTA_E_ARGUMENT);
  fault.match.size = offsetof(struct cmta_match, recipient);
  cr_assert_eq(cmta_plan_add(plan, &fault), 1);
  cr_expect_str_eq(cmta_plan_fault(plan, 1)->match.sender, "a@b.example");
  cr_expect_null(cmta_plan_fault(plan, 1)->match.recipient);
}
