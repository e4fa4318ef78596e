// ALTER SYSTEM SET <parameter>, SHOW PARAMETERS.
#include "core/engine/statement/clauses.h"

namespace seabed::statement {
namespace {

/// These have a statement of their own: as a parameter they would be set to what nobody checked.
bool is_own_statement(std::string_view name) {
  for (auto own : {"LOG_ARCHIVE_DEST", "LOG_ARCHIVE_DEST_STATE", "DATA_BACKUP_DEST", "LOG_RESTORE_SOURCE"})
    if (same_word(name, own)) return true;
  return false;
}

}  // namespace

bool read_set_parameter(Scan& s, Statement& out) {
  SetParameter set;
  auto name = [&](auto& context) {
    set.name = x3::_attr(context);
    for (char& c : set.name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    x3::_pass(context) = !is_own_statement(set.name);
  };
  auto grammar = words(s, "ALTER", "SYSTEM", "SET") >> Name(s, "a parameter's name")[name] >> Sign(s, '=') >>
                 (Text(s)[into(set.value)] | Bare(s)[into(set.value)]) >> -tenants(s, set.tenants);
  return s.reads(grammar) && (out = set, true);
}

bool read_show_parameters(Scan& s, Statement& out) {
  ShowParameters show;
  auto grammar = words(s, "SHOW", "PARAMETERS") >> -(Word(s, "LIKE") >> Text(s)[into(show.like)]) >>
                 -one_tenant(s, show.tenant);
  return s.reads(grammar) && (out = show, true);
}

}  // namespace seabed::statement
