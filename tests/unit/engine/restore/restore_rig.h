#pragma once
// A tenant on the media without a database: the real writers of sets and archives, real drivers, and an
// engine "fake" whose log is numbered groups. Group n of every stream is committed in second n of the rig's
// time.

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/engine/restore/restore_job.h"
#include "core/format/meta.pb.h"
#include "core/media/archive_tree.h"
#include "core/media/archive_writer.h"
#include "core/media/backup_writer.h"
#include "core/storage/destination.h"

namespace seabed::testing_restore {

namespace fs = std::filesystem;

inline Scn at(uint64_t second) { return (1'700'000'000ull + second) * 1'000'000'000ull; }
Lsn lsn(uint64_t n);
LogGroup log_group(uint64_t ls, uint64_t n);
/// A group that says: at this second something was not logged.
LogGroup hole_group(uint64_t second);

/// Groups must be numbered without a gap. A base's recovery text is "start <n>", and "covers <n>" for holes
/// before n.
class FakeRules final : public LogRules {
 public:
  std::unique_ptr<Continuity> continuity(const std::string& recovery) const override;
  bool covers(const std::string& recovery, const LogHole& hole) const override;
  Result<LogHole> parse_hole(const LogGroup& group) const override;
  std::string display(const Lsn&) const override { return "here"; }
  bool unknown_delay(const std::string&) const override { return false; }
};

/// Stages files beside each other, and the payloads that were applied in "log".
class FakeAdapter final : public EngineAdapter {
 public:
  std::string name() const override { return "fake"; }
  Result<std::unique_ptr<StreamSource>> open_stream(const StreamConfig&, Clock&) override;
  const LogRules& rules() const override { return rules_; }
  Result<std::unique_ptr<RestoreTarget>> open_target(const std::string& directory) override;
  std::multiset<std::string> created;  // every file that was filled, over all targets

 private:
  FakeRules rules_;
};

class Rig {
 public:
  Rig();
  ~Rig();

  struct File {
    std::string name, kind;
    std::string content;
  };
  PageCompression compression = PageCompression::kNone;   // of sets
  /// Files of a stream as a set must have them; those that an earlier set holds by the same name and content
  /// are reused.
  void write_set(uint64_t id, bool full, uint64_t start, uint64_t min, uint64_t covers = 0);
  /// What a backup that failed leaves: some of its data, and the two placeholders.
  void write_failed_set(uint64_t id, bool full, uint64_t end);
  /// Pieces, all frozen but the last one, whose checkpoint is `until`. Called again, the archive grows.
  void write_archive(uint64_t until);
  /// The round stops: its last piece is frozen as far as it goes. The next one begins later; what is between them is lost.
  void end_round();
  void begin_round(uint64_t second);
  struct Piece {
    uint64_t round, id, from, to;  // seconds; to: by its length, also where the round stopped before
    bool frozen = false;
    uint64_t reached = 0;  // of a frozen one: the last second that is in it
  };
  const std::vector<Piece>& pieces() const { return pieces_; }
  uint64_t archived() const { return archived_; }
  uint64_t piece_seconds = 100;  // before anything is archived
  /// Before write_archive: group n of the stream is left out / a hole is told before group n.
  void lose_group(uint64_t ls, uint64_t n) { lost_.insert({ls, n}); }
  void put_hole(uint64_t ls, uint64_t n) { holes_.insert({ls, n}); }

  RestoreRequest request(RestoreTargetPoint until = {});
  static RestoreTargetPoint scn(Scn s) { return {RestoreTargetPoint::Kind::kScn, s, {}}; }
  RestoreSource source() const { return {{"file://" + data_dir, "file://" + archive_dir}}; }
  Result<RestoreOutcome> restore(const RestoreRequest& request);
  /// What a restore to `second` from set `set` must have staged for a stream: name -> content, and "log".
  std::map<std::string, std::string> expected(uint64_t set, uint64_t ls, uint64_t second) const;
  std::map<std::string, std::string> staged(const std::string& directory, uint64_t ls) const;
  std::vector<std::string> objects(const std::string& root) const;  // relative, sorted

  std::string base, data_dir, archive_dir;
  std::unique_ptr<Storage> storage;
  FakeAdapter adapter;
  EngineContext context;
  CancelToken cancel;
  uint32_t restores = 0;
  std::map<std::string, std::string> auxiliary;  // as the tenant source was asked to restore them
  std::map<uint64_t, std::vector<File>> files;   // ls -> what the next set holds
  std::set<uint64_t> not_in_sets;                // streams that the next sets do not know

 private:
  struct Held {
    std::string content;
    meta::FileMeta meta;
  };
  void write_formats();
  std::vector<CopyFile> copies(uint64_t set, uint64_t ls, const std::string& kind);
  uint64_t start_of(uint64_t set) const { return starts_.at(set); }
  void write_stream(ArchiveTree& tree, const Piece& piece, uint64_t ls, uint64_t until);
  void freeze(ArchiveTree& tree, Piece& piece);
  std::shared_ptr<ObjectStore> store(const std::string& dir);

  std::map<std::pair<uint64_t, std::string>, Held> held_;           // by (ls, name)
  std::map<uint64_t, std::map<uint64_t, std::vector<File>>> sets_;  // set -> ls -> files
  std::map<uint64_t, uint64_t> starts_;
  std::vector<meta::BackupSetDescriptor> descriptors_;
  std::set<std::pair<uint64_t, uint64_t>> lost_, holes_;
  std::map<uint64_t, std::unique_ptr<ArchiveWriter>> writers_;
  std::map<std::pair<uint64_t, uint64_t>, std::vector<LogFile>> log_files_;  // (ls, piece)
  std::shared_ptr<ObjectStore> archive_;
  std::vector<Piece> pieces_;
  uint64_t next_logical_ = 1, archived_ = 0;
};

std::string noise(uint64_t seed, uint64_t size);

}  // namespace seabed::testing_restore
