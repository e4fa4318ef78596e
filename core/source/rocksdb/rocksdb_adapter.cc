#include "core/source/rocksdb/rocksdb_adapter.h"

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/host_library.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/payload.h"
#include "core/source/rocksdb/restore_target.h"
#include "core/source/rocksdb/rocksdb_stream.h"
#include "core/source/rocksdb/scan.h"
#include "core/source/rocksdb/staged_stream.h"

namespace seabed {
namespace {

using namespace rocksdb_source;

class RocksDbRules final : public LogRules {
 public:
  std::unique_ptr<Continuity> continuity(const std::string& recovery) const override {
    return std::make_unique<LogContinuity>(recovery);
  }
  bool covers(const std::string& recovery, const LogHole& hole) const override {
    return base_covers(recovery, hole);
  }
  Result<LogHole> parse_hole(const LogGroup& group) const override {
    if (group.type != GroupType::kHole) return fail(Code::kInvalidArgument, "a log group", "is no hole");
    return parse_hole_detail(group.payload);
  }
  std::string display(const Lsn& lsn) const override { return display_lsn(lsn); }
  /// manual_wal_flush keeps acknowledged writes in the application's memory for as long as it likes.
  bool unknown_delay(const std::string& recovery) const override {
    const auto facts = decode_recovery(recovery);
    return !facts || !facts->engine().options_known() || facts->engine().manual_wal_flush();
  }
};

Status absolute(const std::string& what, const std::string& path) {
  if (path.starts_with('/')) return ok();
  return fail(Code::kInvalidArgument, what, "'" + path + "' is not an absolute path",
              "give it from the root on");
}

class RocksDbAdapter final : public EngineAdapter {
 public:
  std::string name() const override { return "rocksdb"; }
  Result<std::unique_ptr<StreamSource>> open_stream(const StreamConfig& config, Clock& clock) override {
    SEABED_CHECK(absolute("directory", config.directory));
    SEABED_CHECK(absolute("pin_directory", config.pin_directory));
    if (!config.wal_directory.empty()) SEABED_CHECK(absolute("wal_directory", config.wal_directory));
    return std::make_unique<RocksDbStream>(config, clock);
  }
  Result<std::unique_ptr<StreamSource>> open_staged(const StreamConfig& config) override {
    SEABED_CHECK(absolute("directory", config.directory));
    SEABED_CHECK(absolute("pin_directory", config.pin_directory));
    return std::make_unique<StagedStream>(config);
  }
  const LogRules& rules() const override { return rules_; }
  Result<std::unique_ptr<RestoreTarget>> open_target(const std::string& directory) override {
    SEABED_CHECK(absolute("directory", directory));
    return std::make_unique<RocksDbTarget>(directory, rocksdb_source::host_version());
  }
  std::string host_version() const override { return rocksdb_source::host_version(); }
  Status check_version(const std::string& recovery) const override {
    const auto facts = decode_recovery(recovery);
    return facts ? refuse_newer(facts->engine().version(), rocksdb_source::host_version()) : ok();
  }
  Result<std::string> database_version(const std::string& directory) const override {
    return rocksdb_source::database_version(directory);
  }
  Status open_once(const std::string& directory) override { return rocksdb_source::open_once(directory); }
  Result<StreamScan> scan_standby(const ScanOptions& options) override {
    return rocksdb_source::scan_standby(options);
  }

 private:
  RocksDbRules rules_;
};

}  // namespace

std::unique_ptr<EngineAdapter> make_rocksdb_adapter() { return std::make_unique<RocksDbAdapter>(); }

}  // namespace seabed
