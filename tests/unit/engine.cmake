# The parts of the engine that dialogues cannot show alone.
cmta_criterion(unit/framer test_framer.c)
cmta_criterion(unit/memory test_memory.c)
cmta_criterion(unit/reply test_reply.c)
cmta_criterion(unit/service test_service.c)
