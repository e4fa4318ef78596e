#pragma once
// One log stream's archiver: a thread that looks at the source, buffers groups, ships them in few large appends and
// publishes what is durable. It never moves a checkpoint itself: the coordinator does, from what is published here.

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/engine/archive/piece_transition.h"
#include "core/engine/archive/stream_progress.h"
#include "core/media/archive_resume.h"
#include "core/media/archive_writer.h"
#include "core/media/lease_keeper.h"
#include "core/source/stream_source.h"

namespace seabed::archive {

/// The callbacks run on the stream's thread unless told; all must outlive the archiver.
struct StreamEnvironment {
  std::shared_ptr<ObjectStore> store;
  Clock* clock = nullptr;        // of stamps
  Clock* lease_clock = nullptr;  // the machine's: other hosts compare with theirs. Null: `clock`
  ArchiveStreamId id;
  RoundPlan plan;
  uint64_t first_open_piece = 1;     // the oldest piece that is not frozen
  uint64_t newest_piece = 1;         // known to be opened
  std::string owner;
  LeaseTerms terms;
  LeaseKeeper* keeper = nullptr;
  uint64_t buffer_bytes = 8 << 20;
  uint64_t file_size = 64ull << 20;
  LogFormFn form;                    // may be null: log is stored as it is
  std::function<uint64_t()> form_turn;   // may be null: another number, another form: the open file ends
  std::function<std::chrono::milliseconds()> lag_target;
  /// The adapter's state beside the newest checkpoint on the medium, and the position it belongs to.
  std::string resume;
  Lsn resume_lsn;
  std::function<void()> before_step;                                  // may be null
  std::function<void(Scn first_stamp)> saw_log;                       // may be null: a step found log
  std::function<void(const std::vector<Tablet>&)> saw_tablets;        // may be null: before saw_log of the same step
  std::function<Status(uint64_t piece_id)> entered;                   // may be null; an error is retried
  std::function<Status(const LogHole&, Scn scn_hi, uint64_t piece_id)> keep_hole;   // durable when it returns
  std::function<void()> published;                                    // wakes the coordinator
};

/// start, stop, progress and the rest are thread-safe.
class StreamArchiver {
 public:
  StreamArchiver(StreamSource& source, StreamEnvironment environment);
  ~StreamArchiver();  // stop(false)
  void start();
  /// `ship`: what is buffered still goes to the medium, if that works at the first try.
  void stop(bool ship);
  StreamProgress progress() const;
  /// Of a piece that is not frozen, oldest first.
  std::vector<LogFile> files(uint64_t piece_id) const;
  /// The checkpoint on the medium covers `end`: the source may let go what lies before.
  void checkpointed(const Lsn& end);
  /// Pieces below are frozen: their file lists are dropped.
  void forget_pieces_below(uint64_t piece_id);
  void wake() { flush_ = true; }

  /// A complete step that began at or after `scn`: min_restore_scn of what was pinned by then. The step is durable
  /// when the answer comes; nullopt: not yet. Shipping is hurried as long as someone asks.
  std::optional<Scn> covered(Scn scn);

 private:
  struct Mark {                     // a complete step
    Scn clock_before = 0, stamp = 0;
  };
  struct PendingHole {
    LogHole hole;
    Scn scn_hi = 0;
    uint64_t piece_id = 0;
  };
  struct Buffered {
    EncodedGroup group;
    uint64_t piece_id = 0;
  };

  void run();
  void finish(bool ship);
  // stream_attach.cc
  Status attach();
  Status attach_source(const StreamTail& tail);
  Status claim_lease();
  Status take_tail(const StreamTail& tail);
  Status reclaim();                 // the lease ran out during an outage: a new epoch, the buffer is kept
  void begin_again(const Error& lost);
  void drop_archived(const StreamTail& tail);
  // stream_archiver.cc
  Status archive_loop();
  Result<bool> look();
  void take(LogStep step);
  void pause(bool more_to_read);
  bool due() const;
  Status try_ship();
  void note_error(const Error& error);
  void clear_error();
  void set_condition(StreamCondition condition, const std::string& reason);
  // stream_ship.cc
  Status ship();
  Status ship_batch();
  Status enter(uint64_t piece_id);
  Status open_file(uint64_t piece_id);
  void changed(const LogFile& file);
  Status keep_holes();
  void publish();
  void resolve_waiters();
  IoContext io() const;

  StreamSource& source_;
  StreamEnvironment env_;
  std::thread thread_;
  CancelToken cancel_, io_cancel_;
  std::atomic<bool> ship_at_stop_ = false, flush_ = false;

  // Of the thread.
  std::shared_ptr<StreamLease> lease_;
  std::unique_ptr<ArchiveWriter> writer_;
  std::optional<StreamTail> tail_;  // of the attach under way
  bool medium_lost_ = false;        // the last ship met less on the medium than it had confirmed and shown
  std::string lost_;                // what, until the stream is attached again
  bool attached_ = false;
  std::deque<Buffered> buffer_;
  uint64_t buffered_bytes_ = 0;
  std::vector<PendingHole> holes_;
  std::optional<Mark> mark_;
  std::optional<LogGap> gap_;
  uint64_t piece_id_ = 0;           // of the newest group or entered piece: never falls
  uint64_t incarnation_ = 0;
  Scn last_scn_hi_ = 0;
  Lsn end_;                         // of the newest durable log group
  Lsn begin_;                       // where the source began a round that has no log yet
  Scn max_scn_ = 0;
  std::vector<LogFile> changed_;    // files that grew since the last publish, oldest first
  StreamProgress::Stamp stamp_;
  uint64_t durable_bytes_ = 0, hole_count_ = 0;
  std::chrono::steady_clock::time_point last_look_{};
  Scn last_ship_ = 0;
  std::chrono::steady_clock::time_point shipped_at_{};
  bool rebuild_ = false;            // `changed_` is everything
  bool ship_failed_ = false;
  std::chrono::steady_clock::time_point next_ship_{};
  std::chrono::milliseconds ship_retry_{};
  bool finishing_ = false;
  Lsn released_;

  mutable std::mutex mutex_;
  StreamProgress progress_;         // its parts are summaries of parts_
  std::map<uint64_t, PiecePart> parts_;
  Lsn release_to_;
  uint64_t frozen_below_ = 0;
  struct Waiter {
    Scn scn = 0;
    std::optional<Scn> stamp;
    std::chrono::steady_clock::time_point asked;
  };
  std::vector<Waiter> waiters_;
};

}  // namespace seabed::archive
