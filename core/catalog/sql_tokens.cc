#include "core/catalog/sql_tokens.h"

#include <algorithm>

namespace seabed::catalog {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool word_begin(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool word_char(char c) { return word_begin(c) || digit(c) || c == '$'; }

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

tl::unexpected<Error> unfinished(std::string_view sql, size_t at) {
  return fail(Code::kInvalidArgument, std::string(sql.substr(at, 20)), "does not end");
}

struct Cutter {
  std::string_view sql;
  size_t at = 0;
  bool next_is(char c) const { return at + 1 < sql.size() && sql[at + 1] == c; }

  /// Past blanks and comments.
  Status skip() {
    while (at < sql.size()) {
      if (blank(sql[at])) {
        ++at;
      } else if (sql.substr(at, 3) == "\xEF\xBB\xBF") {  // a blank to SQLite where a word could begin
        at += 3;
      } else if (sql[at] == '-' && next_is('-')) {
        at = std::min(sql.find('\n', at), sql.size());
      } else if (sql[at] == '/' && next_is('*')) {
        const size_t end = sql.find("*/", at + 2);
        if (end == sql.npos) return unfinished(sql, at);
        at = end + 2;
      } else {
        break;
      }
    }
    return ok();
  }

  Result<SqlToken> quoted() {
    const size_t begin = at;
    const char close = sql[at] == '[' ? ']' : sql[at];
    std::string text;
    for (++at; at < sql.size(); ++at) {
      if (sql[at] == close && (close == ']' || !next_is(close))) {
        ++at;
        return SqlToken{close == '\'' ? SqlToken::kText : SqlToken::kQuotedWord, begin, at, upper(text)};
      }
      if (sql[at] == close) ++at;   // doubled
      text += sql[at];
    }
    return unfinished(sql, begin);
  }

  SqlToken plain() {
    const size_t begin = at;
    SqlToken::Kind kind = SqlToken::kSign;
    if (word_begin(sql[at])) kind = SqlToken::kWord;
    else if (digit(sql[at])) kind = SqlToken::kNumber;
    ++at;
    if (kind != SqlToken::kSign)
      while (at < sql.size() && word_char(sql[at])) ++at;
    return SqlToken{kind, begin, at, upper(sql.substr(begin, at - begin))};
  }
};

}  // namespace

Result<std::vector<SqlToken>> sql_tokens(std::string_view sql) {
  if (sql.find('\0') != sql.npos) return fail(Code::kInvalidArgument, "SQL", "has a byte 0");
  std::vector<SqlToken> out;
  Cutter cut{sql};
  while (true) {
    SEABED_CHECK(cut.skip());
    if (cut.at >= sql.size()) return out;
    if (std::string_view("'\"`[").find(sql[cut.at]) == std::string_view::npos) {
      out.push_back(cut.plain());
    } else {
      SEABED_TRY(SqlToken token, cut.quoted());
      out.push_back(std::move(token));
    }
  }
}

}  // namespace seabed::catalog
