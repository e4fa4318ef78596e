// Looking at what [log], [metrics] and [alert] name, before it is needed.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tools/agent/metrics_server.h"
#include "tools/config/config.h"

namespace seabed {

std::vector<std::string> check_observation(const Config& config, bool running) {
  std::vector<std::string> problems;
  struct stat st;
  if (!config.alert.command.empty()) {
    const std::string& program = config.alert.command[0];
    if (::stat(program.c_str(), &st) != 0 || !S_ISREG(st.st_mode) || ::access(program.c_str(), X_OK) != 0)
      problems.push_back("[alert] command " + program + ": is no program that can be run");
    else if (st.st_mode & S_IWOTH)
      problems.push_back("[alert] command " + program + ": everyone may change it");
  }
  if (!config.log.file.empty()) {
    const auto folder = std::filesystem::path(config.log.file).parent_path();
    if (::access(folder.c_str(), W_OK) != 0)
      problems.push_back("[log] file " + config.log.file + ": its directory cannot be written");
  }
  if (!config.metrics.listen.empty() && !running)
    if (auto page = MetricsServer::start(config.metrics.listen, [] { return std::string(); }); !page)
      problems.push_back(page.error().message());
  return problems;
}

}  // namespace seabed
