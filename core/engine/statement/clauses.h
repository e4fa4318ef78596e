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

/// Whole numbers up to 2^63 - 1, at most kMaxList of them.
inline auto numbers(Scan& s, std::vector<uint64_t>& out) {
  auto add = [&out](auto& context) {
    x3::_pass(context) = out.size() < kMaxList;
    if (x3::_pass(context)) out.push_back(x3::_attr(context));
  };
  return Number(s)[add] % Sign(s, ',');
}

/// UNTIL TIME='…' or SCN=n: here the sign is a must.
inline auto time_or_scn(Scan& s, Until& out) {
  auto time = [&out](auto& context) { out.kind = Until::Kind::kTime, out.time = x3::_attr(context); };
  auto scn = [&out](auto& context) { out.kind = Until::Kind::kScn, out.scn = x3::_attr(context); };
  return (Word(s, "TIME") >> Sign(s, '=') >> Text(s)[time]) | (Word(s, "SCN") >> Sign(s, '=') >> Number(s)[scn]);
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
bool read_cluster_parameters(Scan&, Statement&);
bool read_backup_key(Scan&, Statement&);
bool read_set_encryption(Scan&, Statement&);
bool read_set_decryption(Scan&, Statement&);
bool read_change_storage(Scan&, Statement&);
bool read_restore(Scan&, Statement&);
bool read_restore_preview(Scan&, Statement&);
bool read_show_preview(Scan&, Statement&);
bool read_cancel_restore(Scan&, Statement&);
bool read_recover_table(Scan&, Statement&);
bool read_cancel_recover_table(Scan&, Statement&);
bool read_log_restore_source(Scan&, Statement&);
bool read_recover_standby(Scan&, Statement&);
bool read_activate_standby(Scan&, Statement&);
bool read_run_upgrade(Scan&, Statement&);
bool read_add_policy(Scan&, Statement&);
bool read_drop_policy(Scan&, Statement&);
bool read_cancel_delete(Scan&, Statement&);
bool read_delete(Scan&, Statement&);
bool read_select(Scan&, Statement&);
/// What is known by its leading words only (refused.cc).
bool read_refused(Scan&, Statement&);

/// "a,b": the parts of a quoted text between commas; empty when one is empty or there are more than kMaxList.
std::vector<std::string> split_list(const std::string& text);
/// "a=b&c=d" of WITH into `options`. Returns what is wrong; never a value. `for_tables`: no method, no directory.
std::string read_options(const std::string& text, bool for_tables, std::map<std::string, std::string>& options);

/// From `place` to the semicolon that ends the statement, over quotes and comments; false: a quote does not end.
bool to_semicolon(Scan&, At& place);

}  // namespace seabed::statement
