# The reader of messages, compared with a slow one.
cmta_criterion(unit/body test_body.c body_reference.c)
