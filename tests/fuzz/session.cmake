# Whole sessions; the seeds are made of the dialogues by session_seeds.py.
cmta_fuzz(session fuzz_session.c typed.c session_choice.c session_hooks.c session_replies.c session_store.c)
