#pragma once
// SQL through the `mariadb` client program: statements on its standard input, credentials in an option file,
// nothing secret on a command line.

#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/status.h"

namespace seabed::table {

/// One server. Copies are cheap.
class SqlClient {
 public:
  /// A server of ours on a socket, without accounts.
  static SqlClient of_socket(const std::string& socket);
  /// A server that an option file leads to ([client] socket, user, password). kPermissionDenied: others may
  /// read or write the file.
  static Result<SqlClient> of_options(const std::string& file);

  /// Rows, values as text as the client escapes them. kUnavailable: no connection, or it was lost.
  Result<std::vector<std::vector<std::string>>> run(const std::string& sql,
                                                    const CancelToken& cancel = {}) const;
  Result<std::string> value(const std::string& sql, const CancelToken& cancel = {}) const;
  /// First words of a command line for `program` ("mariadb", "mariadb-dump").
  std::vector<std::string> command(const std::string& program) const;
  const std::string& name() const { return name_; }

 private:
  std::vector<std::string> options_;
  std::string name_;  // for messages
};

/// `a``b`
std::string quote_name(const std::string& name);
/// A text literal that no mode or character set changes: CONVERT(x'…' USING utf8mb4).
std::string quote_text(const std::string& text);
/// An error of the client's words: kUnavailable when the server is not, or no more, there.
Error sql_error(const std::string& object, const Error& error);

}  // namespace seabed::table
