#pragma once
// SHOW GLOBAL VARIABLES of a running MariaDB, asked through its own client. Whoever wants it puts an option file for the
// client beside the data directory: <data directory>.seabed-client.cnf ([client] socket, user, password; not readable
// by others).

#include <chrono>
#include <map>
#include <string>

#include "core/base/status.h"

namespace seabed::myrocks {

std::string client_file_of(const std::string& data_directory);

/// Runs `mariadb --defaults-file=…`. Values that may be secrets are left out. kNotFound: there is no client file;
/// kPermissionDenied: others can read it; kTimeout, kUnavailable: the server did not answer.
Result<std::map<std::string, std::string>> ask_variables(const std::string& client_file,
                                                         std::chrono::milliseconds patience = std::chrono::seconds(5));
/// Lines of "name<tab>value", as `mariadb --batch` prints them (with \t, \n and \\ escaped).
std::map<std::string, std::string> parse_variables(const std::string& text);

}  // namespace seabed::myrocks
