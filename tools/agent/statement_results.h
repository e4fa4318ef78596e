#pragma once
// What a statement answers: a table for people and programs, whatever it was.

#include "core/engine/statement/statement.h"
#include "tools/agent/calls.h"

namespace seabed {

/// {"statement": name, "columns": […], "rows": [[…]]} from an array of objects; the columns of its first row.
Json statement_result(const std::string& name, const Json& objects);

/// Runs one statement through the calls (run_call), as `caller`. An object of statement_result().
Result<Json> run_statement(Engine& engine, const statement::Statement& statement, const Caller& caller);

}  // namespace seabed
