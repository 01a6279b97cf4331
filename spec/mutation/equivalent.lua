-- SPDX-License-Identifier: MIT
-- Changes after which the core does the same, or something just as good: the
-- file, its line, what stands there, what would, and why. Without `new`, all
-- changes of what stands there are meant.

local SET = "it is set before it is read"
local SLOWER = "slower, with the same result"
local SAME = "both ways lead to the same value there"

return {
  { file = "file/head", text = ".first = -1,", old = "1", new = "2",
    why = "any number below 0" },
  { file = "file/head", text = ".last = -1,", old = "1", new = "2",
    why = "any number below 0" },
  { file = "file/head", text = ".total = -1,", old = "1", new = "2",
    why = "any number below 0" },
  { file = "file/resume", old = ">", new = ">=", why = SAME,
    text = "bool resumes = *r->state.etag && r->received > 1 && !r->whole_only;" },
  { file = "file/resume", old = "1", new = "0", why = SAME,
    text = "bool resumes = *r->state.etag && r->received > 1 && !r->whole_only;" },
  { file = "job/batch", text = "if (task_find_id(&source, &id))",
    old = "(task_find_id(&source, &id))", new = "(0 && (task_find_id(&source, &id)))",
    why = SLOWER },
  { file = "job/ids", old = "31", new = "30",
    text = "while (capacity / 2 < expected && capacity < 1u << 31)",
    why = "no list is so long" },
  { file = "json/kept", text = "for (; end - p >= 8; p += 8) {", old = ">=",
    new = ">", why = SLOWER },
  { file = "json/number", text = "if (drop > 65)", old = "65", new = "66",
    why = SLOWER },
  { file = "json/run", text = "if (index != NAMES_NONE) {",
    old = "(index != NAMES_NONE)", new = "(0 && (index != NAMES_NONE))",
    why = SLOWER },
  { file = "gateway/envelope", text = "size_t len = 0;", old = "0", why = SET },
  { file = "gateway/task", text = "for (i = 0; i < len && word[i]; i++) {",
    old = "<", new = "<=",
    why = "one byte more is compared, and then the lengths differ" },
  { file = "http/retry", text = "int value = 0;", old = "0", why = SET },
  { file = "http/retry", text = "if (budget->retries > RESERVE)", old = ">",
    new = ">=", why = SAME },
  { file = "job/batch", text = "request->target = REQUEST_TASKS;",
    old = "request->target = REQUEST_TASKS;", why = "that is 0, as before" },
  { file = "json/builder", text = "if (!plain && *index < b->first_escaped)",
    old = "<", new = "<=", why = SAME },
  { file = "json/decimal", text = "LIMBS = 96,", old = "96",
    why = "no number needs so much" },
  { file = "json/number", text = "if (drop > 65)", old = "(drop > 65)",
    new = "(0 && (drop > 65))", why = SLOWER },
  { file = "json/number", text = "order = rest > half ? 1 : -1;", old = ">",
    new = ">=", why = "equal ones are compared once more" },
  { file = "json/reader", text = "r->token.has_lone_half = false;",
    old = "r->token.has_lone_half = false;", why = SLOWER },
  { file = "json/run",
    text = "if (!end || builder_add_name(run->b, p + 1, (size_t)(end - p) - 1, "
      .. "true,", old = "true", why = SLOWER },
  { file = "json/run", old = "1", new = "0", why = SLOWER,
    text = "uint32_t index = names && *p == '\"' ? names_guess(names, p + 1, "
      .. "run->end)" },
  { file = "json/run", text = "while (p < end && ascii_is_digit(*p))",
    old = "(p < end && ascii_is_digit(*p))", why = SLOWER },
  { file = "json/run", text = "else if (*p == '-' || ascii_is_digit(*p))",
    old = "==", why = SLOWER },
  { file = "json/writer", text = "static size_t escape(char c, char out[6])",
    old = "6", why = "the size of a parameter says nothing" },
}
