// SET LOG_RESTORE_SOURCE, RECOVER STANDBY, ACTIVATE STANDBY, RUN UPGRADE JOB (reference: statements, sections
// 9, 10).
#include "core/engine/statement/clauses.h"

namespace seabed::statement {
namespace {

/// What is wrong with 'LOCATION=uri' or 'SERVICE=… USER=… PASSWORD=…'; never a value.
std::string check_source(const std::string& text) {
  if (text.empty()) return {};
  const bool service = same_word(text.substr(0, 8), "SERVICE=");
  if (!service && !same_word(text.substr(0, 9), "LOCATION=")) return "expected LOCATION= or SERVICE=";
  if (text.size() <= (service ? 8u : 9u) || text[service ? 8 : 9] == ' ')
    return "attributes are name=value, without blanks around =";
  if (!service && text.find_first_of(" \t\r\n") != std::string::npos)
    return "LOCATION= is one uri without blanks";
  return {};
}

}  // namespace

bool read_log_restore_source(Scan& s, Statement& out) {
  SetLogRestoreSource set;
  const At start = s.at;
  auto grammar = words(s, "ALTER", "SYSTEM", "SET") >> Word(s, "LOG_RESTORE_SOURCE") >> Sign(s, '=') >>
                 Text(s)[into(set.value)] >> -one_tenant(s, set.tenant);
  if (!s.reads(grammar)) return false;
  if (auto why = check_source(set.value); !why.empty())
    return s.wrong(start, "in LOG_RESTORE_SOURCE: " + why), false;
  return out = set, true;
}

bool read_recover_standby(Scan& s, Statement& out) {
  RecoverStandby recover;
  auto until = Word(s, "UNTIL") >> (Word(s, "UNLIMITED")[put(recover.until.kind, Until::Kind::kUnlimited)] |
                                    time_or_scn(s, recover.until));
  auto grammar = words(s, "ALTER", "SYSTEM", "RECOVER") >> Word(s, "STANDBY") >>
                 -one_tenant(s, recover.tenant) >>
                 (until | Word(s, "CANCEL")[put(recover.until.kind, Until::Kind::kCancel)]);
  return s.reads(grammar) && (out = recover, true);
}

bool read_activate_standby(Scan& s, Statement& out) {
  ActivateStandby activate;
  auto grammar = words(s, "ALTER", "SYSTEM", "ACTIVATE") >> Word(s, "STANDBY") >>
                 -one_tenant(s, activate.tenant) >> -Word(s, "VERIFY")[put(activate.verify, true)];
  return s.reads(grammar) && (out = activate, true);
}

bool read_run_upgrade(Scan& s, Statement& out) {
  RunUpgrade run;
  std::string job;
  const At start = s.at;
  auto name = Text(s, "\"UPGRADE_ALL\"")[into(job)] | DoubleQuoted(s, "\"UPGRADE_ALL\"")[into(job)];
  auto grammar =
      words(s, "ALTER", "SYSTEM", "RUN") >> words(s, "UPGRADE", "JOB") >> name >> -tenants(s, run.tenants);
  if (!s.reads(grammar)) return false;
  if (!same_word(job, "UPGRADE_ALL")) return s.wrong(start, "the upgrade job is \"UPGRADE_ALL\""), false;
  return out = run, true;
}

}  // namespace seabed::statement
