#include "core/catalog/select_text.h"

#include <algorithm>

#include "core/catalog/sql_tokens.h"
#include "core/catalog/views.h"

namespace seabed::catalog {
namespace {

using Tokens = std::vector<SqlToken>;

tl::unexpected<Error> refuse(const std::string& word, std::string reason, std::string next_step = {},
                             Code code = Code::kInvalidArgument) {
  return fail(code, word, std::move(reason), std::move(next_step));
}

Status check_kind(const Tokens& tokens) {
  if (tokens.empty()) return refuse("SQL", "is empty");
  if (!tokens[0].is("SELECT") && !tokens[0].is("WITH") && !tokens[0].is("VALUES"))
    return refuse(tokens[0].text, "only SELECT is accepted");
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].sign(';') && i + 1 < tokens.size())
      return refuse(tokens[i + 1].text, "one statement at a time");
    for (char c : {':', '?', '@', '$', '#'})
      if (tokens[i].sign(c)) return refuse(tokens[i].text, "host variables are not accepted");
  }
  return ok();
}

/// `name (` and `name AS (`, `name AS NOT MATERIALIZED (`: the name of a WITH, or of a function.
bool names_something_else(const Tokens& tokens, size_t i) {
  if (++i < tokens.size() && tokens[i].sign('(')) return true;
  if (i >= tokens.size() || !tokens[i].is("AS")) return false;
  ++i;
  while (i < tokens.size() && (tokens[i].is("NOT") || tokens[i].is("MATERIALIZED"))) ++i;
  return i < tokens.size() && tokens[i].sign('(');
}

Status check_name(const Tokens& tokens, size_t i, const SelectScope& scope) {
  const SqlToken& token = tokens[i];
  if (find_view(token.text) && names_something_else(tokens, i))
    return refuse(token.text, "is the name of a view; nothing else can have it");
  if (token.kind == SqlToken::kText) return ok();
  if (const char* now = v3_view_successor(token.text))
    return refuse(token.text, "is a view of OceanBase V3", std::string("use ") + now);
  if (scope.tenant_id != 1 && token.text.starts_with("CDB_") && find_view(token.text))
    return refuse(token.text, "shows all tenants: for sys only", "use DBA_" + token.text.substr(4),
                  Code::kPermissionDenied);
  return ok();
}

bool is_schema(const Tokens& tokens, size_t i) {
  if (tokens[i].text != "OCEANBASE" && tokens[i].text != "SYS") return false;
  if (tokens[i].kind == SqlToken::kText || (i > 0 && tokens[i - 1].sign('.'))) return false;
  return i + 2 < tokens.size() && tokens[i + 1].sign('.') && tokens[i + 2].can_name();
}

struct Insert {
  size_t at;
  std::string text;
};

/// What MySQL's people type and SQLite does not take: TIMESTAMPDIFF's bare unit; NOW() is the tenant's local time, as
/// the displays that it is compared with.
void add_inserts(const Tokens& tokens, size_t i, const std::string& zone, std::vector<Insert>* out) {
  if (i + 2 >= tokens.size() || !tokens[i + 1].sign('(')) return;
  const SqlToken& next = tokens[i + 2];
  if (tokens[i].is("TIMESTAMPDIFF") && next.kind == SqlToken::kWord) {
    out->push_back({next.begin, "'"});
    out->push_back({next.end, "'"});
  }
  if (tokens[i].is("NOW") && next.sign(')')) out->push_back({next.begin, "'" + zone + "'"});
}

}  // namespace

Result<std::string> check_select_text(const std::string& sql, const SelectScope& scope, const std::string& zone) {
  SEABED_TRY(Tokens tokens, sql_tokens(sql));
  SEABED_CHECK(check_kind(tokens));
  std::string out = sql;
  std::vector<Insert> inserts;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].can_name()) continue;
    SEABED_CHECK(check_name(tokens, i, scope));
    add_inserts(tokens, i, zone, &inserts);
    if (!is_schema(tokens, i)) continue;
    if (find_view(tokens[i + 2].text))
      std::fill(out.begin() + tokens[i].begin, out.begin() + tokens[i + 1].end, ' ');
    else if (tokens[i].text == "OCEANBASE" && !v3_view_successor(tokens[i + 2].text))
      return refuse(tokens[i + 2].text, "is no view here", "docs/views.md has them all");
  }
  if (tokens.back().sign(';')) out.resize(tokens.back().begin);
  for (size_t i = inserts.size(); i-- > 0;) out.insert(inserts[i].at, inserts[i].text);
  return out;
}

}  // namespace seabed::catalog
