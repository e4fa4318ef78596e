#pragma once
// A SELECT's words with their places, as SQLite cuts them: enough to know names from texts and comments.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace seabed::catalog {

struct SqlToken {
  enum Kind { kWord, kQuotedWord, kText, kNumber, kSign } kind;   // kQuotedWord: "x", `x`, [x]; kText: 'x'
  size_t begin, end;                                              // in the statement, quotes included
  std::string text;                                               // upper case, quotes gone
  bool is(std::string_view word) const { return kind == kWord && text == word; }
  bool sign(char c) const { return kind == kSign && text[0] == c; }
  bool can_name() const { return kind <= kText; }                 // SQLite takes 'x' for a name where one is wanted
};

/// Comments are left out. kInvalidArgument: a quote or comment that does not end, a byte 0.
Result<std::vector<SqlToken>> sql_tokens(std::string_view sql);

}  // namespace seabed::catalog
