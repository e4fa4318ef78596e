#pragma once
// Every noun of the program gives its verbs; each has a file of its own.

#include <vector>

#include "tools/cli/verb.h"

namespace seabed {

std::vector<Verb> agent_verbs();
std::vector<Verb> linker_verbs();
std::vector<Verb> tenant_verbs();
std::vector<Verb> tenant_read_verbs();
std::vector<Verb> tenant_hydrate_verbs();
std::vector<Verb> mount_verbs();
std::vector<Verb> driver_verbs();
std::vector<Verb> archive_verbs();
std::vector<Verb> parameter_verbs();
std::vector<Verb> backup_verbs();
std::vector<Verb> restore_verbs();
std::vector<Verb> standby_verbs();
std::vector<Verb> table_verbs();
std::vector<Verb> window_verbs();
std::vector<Verb> verify_verbs();
std::vector<Verb> doctor_verbs();
std::vector<Verb> clean_verbs();
std::vector<Verb> key_verbs();
std::vector<Verb> drill_verbs();
std::vector<Verb> config_verbs();
std::vector<Verb> sql_verbs();
std::vector<Verb> admin_verbs();
std::vector<Verb> manual_verbs();

/// All of them, in the order of --help (verbs.cc).
std::vector<Verb> all_verbs();

}  // namespace seabed
