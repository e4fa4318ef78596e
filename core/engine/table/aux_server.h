#pragma once
// An auxiliary MariaDB server on tables that were taken out: in a scratch directory, on a socket only its
// owner reaches, without accounts, network or binary log; nothing is installed. Ended by its pid, after a
// crash too.

#include <optional>

#include "core/base/child.h"
#include "core/engine/table/sql_client.h"

namespace seabed::table {

class AuxServer {
 public:
  /// `directory`/data holds "#rocksdb" and the schemas' files; the rest is made. kUnsupported: no MariaDB
  /// with MyRocks here.
  static Result<AuxServer> start(const std::string& directory, const CancelToken& cancel);
  AuxServer(AuxServer&& other) noexcept
      : child_(std::move(other.child_)),
        directory_(std::move(other.directory_)),
        socket_directory_(std::move(other.socket_directory_)) {
    other.child_.reset();
  }
  ~AuxServer();
  SqlClient client() const { return SqlClient::of_socket(socket_directory_ + "/s"); }
  /// Shuts it down; its directory stays.
  void stop();

 private:
  AuxServer(Child child, std::string directory, std::string socket_directory)
      : child_(std::move(child)),
        directory_(std::move(directory)),
        socket_directory_(std::move(socket_directory)) {}
  std::optional<Child> child_;
  std::string directory_, socket_directory_;
};

/// What a crash left running on that directory: killed, if the process is really such a server. Its socket
/// goes.
void end_left_server(const std::string& directory);

}  // namespace seabed::table
