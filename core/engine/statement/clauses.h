#pragma once
// Internal: clauses that many statements have.

#include "core/engine/statement/scan.h"

namespace seabed::statement {

template <class T>
auto into(T& target) {
  return [&target](auto& context) { target = x3::_attr(context); };
}
template <class T>
auto put(T& target, T value) {
  return [&target, value](auto&) { target = value; };
}

/// Two or three keywords one after the other.
inline auto words(Scan& s, const char* a, const char* b) { return Word(s, a) >> Word(s, b); }
inline auto words(Scan& s, const char* a, const char* b, const char* c) { return words(s, a, b) >> Word(s, c); }

/// TENANT = t. Strict `=` or not is not told apart: `[=]`.
inline auto one_tenant(Scan& s, Tenants& out) {
  auto add = [&out](auto& context) { out.given = true, out.names.push_back(x3::_attr(context)); };
  return Word(s, "TENANT") >> -Sign(s, '=') >> (Name(s, "a tenant's name")[add] | Text(s, "a tenant's name")[add]);
}

/// The names behind TENANT [=]: all, all_user or a list. Too long a list does not match.
inline auto tenant_names(Scan& s, Tenants& out) {
  auto add = [&out](auto& context) {
    out.given = true;
    x3::_pass(context) = out.names.size() < kMaxList;
    if (x3::_pass(context)) out.names.push_back(x3::_attr(context));
  };
  auto all = [&out](auto&) { out.given = out.all = true; };
  return Word(s, "ALL")[all] | Word(s, "ALL_USER")[all] |
         ((Name(s, "a tenant's name")[add] | Text(s, "a tenant's name")[add]) % Sign(s, ','));
}
inline auto tenants(Scan& s, Tenants& out) {
  return Word(s, "TENANT") >> -Sign(s, '=') >> tenant_names(s, out);
}

inline auto description(Scan& s, std::string& out) {
  return Word(s, "DESCRIPTION") >> -Sign(s, '=') >> Text(s)[into(out)];
}

/// Each reads one kind of statement at the scan's place. Whoever does not match leaves the scan as it was.
using Reader = bool (*)(Scan&, Statement&);
bool read_archive_dest(Scan&, Statement&);
bool read_archive_state(Scan&, Statement&);
bool read_data_dest(Scan&, Statement&);
bool read_set_parameter(Scan&, Statement&);
bool read_show_parameters(Scan&, Statement&);
bool read_archive_log(Scan&, Statement&);
bool read_backup(Scan&, Statement&);
bool read_cancel_backup(Scan&, Statement&);
bool read_select(Scan&, Statement&);
/// What is known by its leading words only (refused.cc).
bool read_refused(Scan&, Statement&);

/// From `place` to the semicolon that ends the statement, over quotes and comments; false: a quote does not end.
bool to_semicolon(Scan&, At& place);

}  // namespace seabed::statement
