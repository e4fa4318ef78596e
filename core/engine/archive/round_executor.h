#pragma once
// The tenant's coordinator: follows the catalog, does the external work of each transition (transition.h), then
// persists the new state in one transaction. After a crash it reads the row and repeats the current step; nothing is
// kept only in memory. One thread; one StreamArchiver a log stream beside it.

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "core/catalog/destinations.h"
#include "core/catalog/holes.h"
#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "core/engine/archive/archiver.h"
#include "core/engine/archive/dictionary_source.h"
#include "core/engine/archive/held_clock.h"
#include "core/engine/archive/hole_bridge.h"
#include "core/engine/archive/piece_transition.h"
#include "core/engine/archive/stream_archiver.h"
#include "core/engine/archive/transition.h"
#include "core/engine/keys/writing_keys.h"
#include "core/format/meta.pb.h"
#include "core/media/archive_tree.h"

namespace seabed::archive {

class RoundExecutor final : public TenantArchiver {
 public:
  RoundExecutor(EngineContext& context, const TenantConfig& tenant, const ArchiveTuning& tuning);
  ~RoundExecutor() override;
  void set_bridge(BridgeFn bridge) override;
  void start() override;
  void stop() override;
  void wake() override;
  ArchiveStatus status() const override;
  Status flush(const IoContext& ctx) override;
  Result<Scn> wait_stamp(const RoundRef& round, uint64_t ls_id, Scn scn, const IoContext& ctx) override;
  Status wait_checkpoint(const RoundRef& round, Scn scn, const IoContext& ctx) override;
  Result<Scn> stamp_of(uint64_t ls_id, const Lsn& lsn) override;
  StreamSource* source(uint64_t ls_id) override;
  /// As freeze_forced_rounds; of an executor that is not started.
  Status freeze_forced_elsewhere();

 private:
  using Steady = std::chrono::steady_clock;
  using Row = catalog::RoundRow;
  using StreamPtr = std::shared_ptr<StreamArchiver>;
  using StreamsById = std::map<uint64_t, StreamPtr>;
  /// `streams`: those that run. `hurry`: ask all of them to ship; between two such looks only what has changed is looked at.
  using Answer = std::function<std::optional<Scn>(Scn checkpoint, const StreamsById& streams, bool hurry)>;

  struct Facts {                       // one look at the catalog
    catalog::TenantRow tenant;
    std::optional<catalog::DestinationRow> wanted;   // the current destination
    std::optional<Row> round;
    std::chrono::milliseconds lag{120'000};
    uint64_t dump_interval_ns = 0;
    std::map<std::string, std::string> parameters;   // those that are not at their default
    std::string log_form;                            // how log is stored: TenantLogForm::name
    std::string standby_directory;                   // of a standby's staged streams; empty: a primary
    bool archivelog() const { return tenant.log_mode == "ARCHIVELOG"; }
    bool enabled() const { return archivelog() && wanted && wanted->state == "ENABLE"; }
  };
  struct Destination {                 // of the round, opened
    uint64_t dest_id = 0;
    std::shared_ptr<ObjectStore> store;
    std::unique_ptr<ArchiveTree> tree;
    std::shared_ptr<StreamLease> lease;   // the coordinator's
  };

  // round_executor.cc
  void run();
  Status tick();
  void nudge();
  Status look_at_catalog();
  Status follow_medium();
  Result<Facts> load();
  void note(const Status& status);
  IoContext io() const;
  Status persist(Row row, RoundEvent event, const std::function<Status(Transaction&)>& more = {});

  // round_states.cc: the work of each state
  Status begin_new_round(const Facts& facts);
  Status prepare(const Facts& facts, Row row);
  Status resume_round(const Facts& facts, Row row);
  Status archive(const Facts& facts);
  Status interrupt(uint64_t ls_id, const std::string& reason);
  void note_gap(uint64_t ls_id, const std::string& reason);
  Status watch_holes(const Facts& facts, const std::vector<StreamProgress>& streams);
  Status keep_snapshot_only();
  Status finish_stopping(const Facts& facts, Row row, bool suspend);
  Status close_round(Row* row);
  void bind_log(const Facts& facts, RoundState state);

  // round_forced.cc
  Result<std::vector<Row>> forced_rounds(uint64_t dest_id);
  Status freeze_forced(Row row);
  void freeze_forced_here(uint64_t dest_id);

  // round_run.cc: destination, streams
  Status open_destination(const Facts& facts, uint64_t dest_id);
  Status hold_lease();
  Status ensure_running(const Facts& facts, const Row& row);
  Status load_pieces(const Row& row);
  Status open_sources(const Facts& facts);
  Result<std::unique_ptr<StreamSource>> open_source(const Facts& facts, const LogStreamConfig& stream);
  Result<Scn> start_scn();
  StreamEnvironment environment(uint64_t ls_id);
  // round_dictionary.cc
  Status open_dictionary(const Facts& facts);
  Status feed_dictionary(const Facts& facts);
  void connect_dictionary(uint64_t ls_id, StreamEnvironment* env);
  // round_run.cc
  Status keep_hole(uint64_t ls_id, const LogHole& hole, Scn scn_hi, uint64_t piece_id);
  void stop_streams(bool ship);
  void tear_down(const std::string& reason);

  // round_pieces.cc
  Status enter_pieces_up_to(Scn scn, const std::vector<StreamProgress>& streams);
  Status open_piece(uint64_t piece_id);
  Status make_available(uint64_t piece_id);
  Status freeze_piece(uint64_t piece_id, PieceEvent event);
  Status give_up_piece(uint64_t piece_id);
  Result<LogFile> scan_accepted(const ArchiveStreamId& id, const meta::LsPieceProgress& p, LogFile* known);
  void note_broken(const meta::PieceDescriptor& piece);
  Result<std::vector<LogFile>> files_of(uint64_t piece_id, const meta::LsPieceProgress& progress);
  paths::PieceKey key(uint64_t piece_id) const;

  // round_checkpoint.cc
  std::vector<StreamProgress> stream_progress() const;
  Status move_checkpoint(const std::vector<StreamProgress>& streams, bool now);
  bool checkpoint_due(const std::vector<StreamProgress>& streams, Scn scn) const;
  Status write_checkpoint(uint64_t piece_id, Scn scn, const std::vector<StreamProgress>& streams);
  Status save_progress(const std::vector<StreamProgress>& streams, bool now);
  void update_status(const std::vector<StreamProgress>& streams);

  // round_queries.cc
  StreamPtr stream(uint64_t ls_id) const;
  Result<Scn> present();
  Result<Scn> hurry_until(const RoundRef& round, const std::string& who, const IoContext& ctx, const Answer& there);
  void moved();
  Result<Scn> scan_for(uint64_t ls_id, const Lsn& lsn, uint64_t piece, uint32_t file);

  EngineContext& context_;
  HeldClock clock_;                                     // of everything here that stamps
  TenantConfig config_;
  ArchiveTuning tuning_;
  std::thread thread_;
  CancelToken cancel_, io_cancel_;
  std::mutex wake_mutex_;
  std::condition_variable wake_cv_;
  bool woken_ = false;
  std::atomic<bool> reload_ = true;
  std::atomic<bool> looked_ = false;                    // the first tick is over
  std::atomic<int64_t> lag_ms_ = 120'000;
  std::atomic<uint64_t> dump_interval_ns_ = 0;
  TenantLogForm log_form_;
  std::string log_form_name_;
  std::atomic<uint64_t> log_form_turn_ = 0;             // rises with each change of the name
  HoleBridge bridge_;

  // Of the coordinator's thread.
  Destination dest_;
  RoundPlan plan_;
  std::optional<Row> round_;                            // newest, with what is newer than its row
  std::map<uint64_t, catalog::PieceRow> open_pieces_;   // ACTIVE, by id
  bool running_ = false;
  std::map<uint64_t, std::pair<std::string, Lsn>> resume_;   // by stream, from the newest checkpoint
  Scn checkpoint_ = 0;                                  // on the medium
  uint64_t checkpoint_bytes_ = 0;                       // durable_bytes of all streams at the last checkpoint
  Steady::time_point checkpoint_at_{}, catalog_at_{}, stopping_since_{}, holes_at_{}, loaded_at_{};
  Scn saved_checkpoint_ = 0;                            // in the round's row
  std::map<uint64_t, std::pair<uint64_t, uint32_t>> stamped_;   // by stream: piece and file of its newest stamp
  Facts facts_;
  std::set<uint64_t> followed_;                         // destinations that the catalog was compared with
  std::string hole_comment_;
  bool snapshot_only_told_ = false;                     // the bridge knows what the row says
  std::map<uint64_t, bool> kept_;                       // BINDING as the sources were told, by stream
  std::string error_;                                   // of the last tick, retried

  mutable std::mutex mutex_;                            // what other threads read
  std::unique_ptr<LeaseKeeper> keeper_;
  std::map<uint64_t, std::unique_ptr<StreamSource>> sources_;
  StreamsById streams_;
  ArchiveStatus status_;
  RoundPlan shown_plan_;
  Destination shown_dest_;                              // store only
  uint64_t moves_ = 0;                                  // of a stream, the checkpoint or the state
  std::condition_variable moved_;
  std::atomic<int64_t> hurried_until_ = 0;                // steady ns: someone waits for a checkpoint
  std::unique_ptr<TenantSource> tenant_source_;
  DictionarySource* dictionary_ = nullptr;              // one of sources_; null for a standby
  std::function<DictionarySource::Fold()> fold_;        // of stream 1
};

}  // namespace seabed::archive
