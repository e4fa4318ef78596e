#include "core/source/myrocks/myrocks_tenant_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "core/base/fd.h"
#include "core/source/myrocks/schema_scan.h"
#include "core/source/myrocks/server_variables.h"

namespace seabed {
namespace {

namespace fs = std::filesystem;
using myrocks::SchemaScan;

constexpr char kAccounts[] =
    "accounts, stored routines, events and everything else in the schema mysql (dump it with the server's "
    "own tools)";

class MyRocksTenantSource : public TenantSource {
 public:
  explicit MyRocksTenantSource(std::string directory) : path_(std::move(directory)) {}

  Result<TenantFacts> look() override {
    SEABED_TRY(const Fd directory, open_directory(path_));
    SEABED_TRY(const std::set<std::string> schemas, list_schemas());
    std::erase_if(scans_, [&](const auto& known) { return !schemas.contains(known.first); });
    TenantFacts facts;
    for (const std::string& schema : schemas) {
      auto& scan = scans_.try_emplace(schema, schema).first->second;
      const Status refreshed = scan.refresh(directory.get());
      if (!refreshed && refreshed.error().code == Code::kNotFound) continue;  // dropped since it was listed
      SEABED_CHECK(refreshed);
      scan.collect(facts);
    }
    add_server(facts);
    add_variables(facts);
    return facts;
  }

  Status restore_files(const std::map<std::string, std::string>& files,
                       const std::string& directory) override {
    for (const auto& [path, content] : files)
      if (!myrocks::is_restorable(path))
        return fail(Code::kCorruption, path, "is no name of a MariaDB schema file", "verify the archive");
    SEABED_CHECK(make_directories(directory));
    SEABED_TRY(const Fd root, open_directory(directory));
    for (const auto& [path, content] : files) SEABED_CHECK(restore_one(root.get(), path, content));
    if (::fsync(root.get()) != 0) return fail_errno(directory, "cannot be synced", errno);
    return ok();
  }

 private:
  Result<std::set<std::string>> list_schemas() const {
    std::set<std::string> out;
    std::error_code ec;
    for (auto it = fs::directory_iterator(path_, ec); !ec && it != fs::directory_iterator();
         it.increment(ec)) {
      const std::string name = it->path().filename().string();
      if (it->symlink_status(ec).type() != fs::file_type::directory || myrocks::is_system_schema(name))
        continue;
      if (name.starts_with("#") || name.starts_with(".") || name == "lost+found") continue;
      out.insert(name);
    }
    if (ec) return fail_errno(path_, "cannot be listed", ec.value());
    return out;
  }

  void add_server(TenantFacts& facts) const {
    std::error_code ec;
    if (fs::is_directory(path_ + "/mysql", ec)) facts.outside.emplace_back(kAccounts);
    if (auto version = read_file(path_ + "/mysql_upgrade_info", 4096)) {
      while (!version->empty() && (version->back() == '\n' || version->back() == '\0')) version->pop_back();
      facts.variables["server_version"] = *version;
    }
    for (auto it = fs::directory_iterator(path_, ec); !ec && it != fs::directory_iterator(); it.increment(ec))
      if (it->path().filename().string().ends_with("bin.index"))
        facts.outside.push_back("the binary log (" + it->path().filename().string() +
                                "): transactions that were only prepared at the target need it, or "
                                "--tc-heuristic-recover=COMMIT");
  }

  /// Asked once, at the first look: later looks are cheap, and a set has a source of its own. A server that cannot be
  /// asked is said with the set, and stops nothing.
  void add_variables(TenantFacts& facts) {
    if (!asked_) asked_ = myrocks::ask_variables(myrocks::client_file_of(path_));
    if (*asked_) {
      facts.variables.insert((*asked_)->begin(), (*asked_)->end());
    } else if (asked_->error().code != Code::kNotFound) {
      facts.outside.push_back("the server's variables (SHOW GLOBAL VARIABLES): " + asked_->error().message());
    }
  }

  static Status restore_one(int root, const std::string& path, const std::string& content) {
    const std::string schema = path.substr(0, path.find('/')), name = path.substr(schema.size() + 1);
    if (::mkdirat(root, schema.c_str(), 0700) != 0 && errno != EEXIST)
      return fail_errno(schema, "cannot be created", errno);
    SEABED_TRY(const Fd directory, open_beneath(root, schema, O_RDONLY | O_DIRECTORY));
    SEABED_TRY(const Fd file, open_beneath(directory.get(), name, O_WRONLY | O_CREAT | O_TRUNC, 0640));
    SEABED_CHECK(pwrite_full(file.get(), content, 0, path));
    if (::fsync(file.get()) != 0 || ::fsync(directory.get()) != 0)
      return fail_errno(path, "cannot be synced", errno);
    return ok();
  }

  std::string path_;
  std::map<std::string, SchemaScan> scans_;
  std::optional<Result<std::map<std::string, std::string>>> asked_;
};

}  // namespace

std::unique_ptr<TenantSource> open_myrocks_tenant(const std::string& data_directory) {
  return std::make_unique<MyRocksTenantSource>(data_directory);
}

}  // namespace seabed
