# The reader of messages against the slow one of the unit tests.
cmta_fuzz(body fuzz_body.c ${PROJECT_SOURCE_DIR}/tests/unit/body_reference.c
  ${PROJECT_SOURCE_DIR}/tests/unit/lines_reference.c)
