#pragma once
// What a statement answers: a table for people and programs, whatever it was; and what a session remembers between
// statements.

#include <vector>

#include "core/engine/statement/statement.h"
#include "tools/agent/calls.h"

namespace seabed {

/// The session of one `seabed sql`: it lives there, goes with every text of statements and comes back with the answer
/// of the statement that changed it. Nothing of it is kept by the agent.
struct StatementSession {
  std::string encryption_password;                 // of the backups that it starts
  std::vector<std::string> decryption_passwords;   // of the restores that it starts
  std::string preview;                             // restore/preview's arguments, as JSON; empty: none
};
Result<StatementSession> session_from(const Json& json);
Json session_json(const StatementSession& session);

/// {"statement": name, "columns": […], "rows": [[…]]} from an array of objects; the columns of its first row.
Json statement_result(const std::string& name, const Json& objects);

/// Runs one statement through the calls (run_call), as `caller`. An object of statement_result(), with "session" when
/// that was changed.
Result<Json> run_statement(Engine& engine, const statement::Statement& statement, const Caller& caller,
                           StatementSession& session);

}  // namespace seabed
