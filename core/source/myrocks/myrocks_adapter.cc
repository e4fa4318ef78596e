#include "core/source/myrocks/myrocks_adapter.h"

#include <filesystem>

#include "core/source/rocksdb/rocksdb_adapter.h"

namespace seabed {
namespace {

constexpr char kFolder[] = "#rocksdb";

Status check_name(const std::string& directory) {
  if (std::filesystem::path(directory).filename() == kFolder) return ok();
  return fail(Code::kInvalidArgument, directory, "is not the #rocksdb directory of a MariaDB server",
              "give <datadir>/#rocksdb, and the data directory as the tenant's data_directory");
}

class MyRocksAdapter final : public EngineAdapter {
 public:
  std::string name() const override { return "myrocks"; }
  Result<std::unique_ptr<StreamSource>> open_stream(const StreamConfig& config, Clock& clock) override {
    SEABED_CHECK(check_name(config.directory));
    return rocksdb_->open_stream(config, clock);
  }
  Result<std::unique_ptr<StreamSource>> open_staged(const StreamConfig& config) override {
    SEABED_CHECK(check_name(config.directory));
    return rocksdb_->open_staged(config);
  }
  const LogRules& rules() const override { return rocksdb_->rules(); }
  Result<std::unique_ptr<RestoreTarget>> open_target(const std::string& directory) override {
    SEABED_CHECK(check_name(directory));
    SEABED_TRY(auto target, rocksdb_->open_target(directory));
    target->take_any_version();  // the server brings its own library
    return target;
  }
  /// The server brings its own library, whose version is not ours: host_version() stays unknown, nothing is opened.
  Result<std::string> database_version(const std::string& directory) const override {
    return rocksdb_->database_version(directory);
  }
  Result<StreamScan> scan_standby(const ScanOptions& options) override { return rocksdb_->scan_standby(options); }

 private:
  std::unique_ptr<EngineAdapter> rocksdb_ = make_rocksdb_adapter();
};

}  // namespace

std::unique_ptr<EngineAdapter> make_myrocks_adapter() { return std::make_unique<MyRocksAdapter>(); }

}  // namespace seabed
