#include "core/engine/restore/media_facts.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <tuple>

#include "core/engine/keys/reading_keys.h"
#include "core/engine/restore/hole_cover.h"
#include "core/flow/side_by_side.h"
#include "core/media/set_log_keys.h"
#include "core/storage/destination.h"
#include "core/storage/remember.h"
#include "core/storage/subtree.h"

namespace seabed::restore {
namespace {

class Loader {
 public:
  Loader(EngineContext& context, const KeyAccess& access, const CancelToken& cancel)
      : context_(context), access_(access), cancel_(cancel) {}

  /// All at the same time; told in the order in which they were given.
  Status open(const std::vector<std::string>& uris) {
    std::vector<Destination> found(uris.size());
    SEABED_CHECK(each(found, [&](Destination& d, size_t i) { return look(uris[i], &d); }));
    for (Destination& d : found) {
      SEABED_CHECK(same_tenant(d.format, d.medium));
      if (!keys_) {
        SEABED_TRY(keys_, reading_keys(context_, access_, d.format.cluster_id(), d.format.tenant_id(), cancel_));
      }
      d.medium.keys = keys_;
    }
    SEABED_CHECK(each(found, [&](Destination& d, size_t) {
      return d.format.kind() == meta::DEST_ARCHIVE ? read_archive(&d) : read_data(&d);
    }));
    for (Destination& d : found) {
      (d.archive ? media_->archive_identities : media_->data_identities).push_back(d.identity);
      if (d.archive)
        take_archive(std::move(d), 0, 0);
      else
        media_->data.push_back(std::move(d.data)), streams_.push_back(std::move(d.streams));
    }
    return ok();
  }

  Status derive() {
    media_->archives_given = media_->archive.size();
    for (size_t i = 0; i < media_->data.size(); ++i) SEABED_CHECK(open_complements(i));
    collect_pieces();
    for (size_t i = 0; i < media_->data.size(); ++i) SEABED_CHECK(collect_bases(i));
    collect_holes();
    return ok();
  }
  std::unique_ptr<Media> take() { return std::move(media_); }

 private:
  struct Destination {
    Medium medium;
    std::string identity;
    meta::FormatInfo format;
    std::unique_ptr<BackupReader> data;
    std::vector<Result<meta::LsMetaInfos>> streams;  // of data->sets(), of usable ones
    std::unique_ptr<ArchiveReader> archive;
    std::vector<PieceFacts> pieces;
  };

  static Status each(std::vector<Destination>& all, const std::function<Status(Destination&, size_t)>& work) {
    std::vector<std::function<Status()>> tasks;
    for (size_t i = 0; i < all.size(); ++i) tasks.push_back([&, i] { return work(all[i], i); });
    return side_by_side(tasks);
  }

  /// Log that grows under one name is never kept.
  static std::shared_ptr<ObjectStore> with_memory_of_small_objects(std::shared_ptr<ObjectStore> store) {
    RememberOptions options;
    if (store->capabilities().append)
      options.keep = [](const std::string& key) { return key.find("/log/") == key.npos; };
    return with_memory(std::move(store), std::move(options));
  }

  Status look(const std::string& uri, Destination* out) {
    SEABED_TRY(const Uri parsed, parse_uri(uri));
    out->identity = parsed.identity();
    SEABED_TRY(auto store, context_.storage->open(parsed));
    out->medium = {with_memory_of_small_objects(std::move(store)), &cancel_, context_.limits.request_deadline};
    const auto read = out->medium.read_message(paths::format(), FileType::kFormat, &out->format);
    if (read || read.error().code != Code::kNotFound) return read;
    return fail(Error{Code::kNotFound, out->medium.store->describe(),
                      "has no format file: it is no destination of Seabed",
                      "give the destination that backups or archives were written to", 0, 9080});
  }

  Status same_tenant(const meta::FormatInfo& f, const Medium& medium) {
    Media& m = *media_;
    if (!first_) {
      first_ = true;
      m.tenant = f;
      m.mode = f.mode() == "oracle" ? TenantMode::kOracle : TenantMode::kMysql;
      if (!f.time_zone().empty()) m.zone = f.time_zone();
      return check_time_zone(m.zone);
    }
    if (f.cluster_id() == m.tenant.cluster_id() && f.tenant_id() == m.tenant.tenant_id()) return ok();
    return fail(
        Code::kConflict, medium.store->describe(),
        fmt::format("is of tenant {} ({}) in cluster {}, the others are of tenant {} ({}) in cluster {}",
                    f.tenant_name(), f.tenant_id(), f.cluster_name(), m.tenant.tenant_name(),
                    m.tenant.tenant_id(), m.tenant.cluster_name()),
        "give destinations of one tenant");
  }

  static Status read_data(Destination* d) {
    SEABED_TRY(BackupReader reader, BackupReader::open(d->medium, d->format));
    SEABED_CHECK(reader.load());
    d->data = std::make_unique<BackupReader>(std::move(reader));
    const auto& sets = d->data->sets();
    d->streams.resize(sets.size());
    std::vector<std::function<Status()>> reads;
    for (size_t i = 0; i < sets.size(); ++i)
      if (sets[i].usable())
        reads.push_back([d, &sets, i] {
          d->streams[i] = d->data->ls_metas(sets[i]);
          return ok();
        });
    return side_by_side(reads);
  }

  static std::shared_ptr<const KeyRing> log_ring(const Medium& medium, const SetFacts& set) {
    return with_log_keys(medium.keys, set.descriptor, fmt::format("{}: backup set {}", medium.store->describe(), set.id.id));
  }

  /// PLUS ARCHIVELOG: the log inside a set is an archive of its own.
  Status open_complements(size_t source) {
    const Medium& medium = media_->data[source]->medium();
    std::vector<Destination> found;
    std::vector<uint64_t> ids;
    for (const SetFacts& set : media_->data[source]->sets()) {
      if (!set.usable() || !set.descriptor.plus_archivelog()) continue;
      ids.push_back(set.id.id);
      found.emplace_back().medium = {subtree(medium.store, paths::complement_log(set.id)), medium.cancel,
                                     medium.call_deadline, log_ring(medium, set)};
    }
    std::vector<Status> opened(found.size(), ok());
    SEABED_CHECK(each(found, [&](Destination& d, size_t i) {
      opened[i] = d.medium.read_message(paths::format(), FileType::kFormat, &d.format);
      if (opened[i]) opened[i] = read_archive(&d);
      return ok();
    }));
    for (size_t i = 0; i < found.size(); ++i) {
      if (opened[i]) {
        take_archive(std::move(found[i]), source, ids[i]);
        continue;
      }
      const Code code = opened[i].error().code;
      if (code != Code::kNotFound && code != Code::kCorruption && code != Code::kUnsupported && code != Code::kConflict)
        return opened[i];
      media_->problems.push_back(opened[i].error());   // the archive may have the log too
    }
    return ok();
  }

  static Status read_archive(Destination* d) {
    SEABED_TRY(ArchiveReader reader, ArchiveReader::open(d->medium, d->format));
    SEABED_TRY(d->pieces, reader.pieces());
    d->archive = std::make_unique<ArchiveReader>(std::move(reader));
    const PieceFacts* before = nullptr;
    for (PieceFacts& p : d->pieces) {
      SEABED_CHECK(find_lost_checkpoint(d->archive->medium(), before, &p));
      before = &p;
    }
    return ok();
  }

  void take_archive(Destination d, size_t of_source, uint64_t of_set) {
    const size_t index = media_->archive.size();
    media_->archive.push_back(std::move(d.archive));
    for (PieceFacts& p : d.pieces) found_.push_back({{index, std::move(p)}, of_source, of_set});
  }

  /// An active piece with log and without a checkpoint is new, as long as the piece before it is active too;
  /// else its checkpoint was taken away, and with it the end of the log.
  static Status find_lost_checkpoint(const Medium& medium, const PieceFacts* before, PieceFacts* p) {
    if (!p->empty || p->problem || (before && !before->frozen && before->key.round == p->key.round))
      return ok();
    SEABED_TRY(bool log, any_object(*medium.store, paths::piece_dir(p->key) + "logstream_", medium.io()));
    if (log)
      p->problem = Error{Code::kCorruption, medium.name(paths::checkpoint_dir(p->key)),
                         "holds no checkpoint although log was written", "run seabed verify"};
    return ok();
  }

  /// A copy of an archive may be given beside it: the first readable form of a piece counts.
  void collect_pieces() {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Found& a, const Found& b) { return a.order() < b.order(); });
    for (auto& [p, of_source, of_set] : found_) {
      if (p.facts.problem) {
        media_->problems.push_back(*p.facts.problem);
        media_->bad_pieces.push_back(std::move(p.facts));
        continue;
      }
      const PieceSpan* before = media_->spans.empty() ? nullptr : &media_->spans.back();
      const bool again = before && before->key == p.facts.key && before->of_set == of_set && before->of_source == of_source;
      if (p.facts.empty || again) continue;
      const meta::PieceDescriptor& d = p.facts.descriptor;
      media_->spans.push_back({p.facts.key, d.start_scn(), p.facts.usable_end(), of_source, of_set});
      if (of_set == 0) note_gaps(p.facts);
      media_->piece_media.push_back(std::move(p));
    }
  }

  void note_gaps(const PieceFacts& piece) {
    for (const meta::HoleRecord& gap : piece.gaps)
      media_->gaps.push_back({gap.scn_lo(), kScnMax, gap.ls_id(), gap.reason(), piece.key.dest, piece.key.round});
    std::ranges::stable_sort(media_->gaps, {}, &WindowGap::from);
    if (piece.usable_end() >= piece.descriptor.checkpoint_scn()) return;
    // "Latest" must not mean the end of what is left.
    PieceFacts& bad = media_->bad_pieces.emplace_back();
    bad.key = piece.key;
    bad.problem = Error{Code::kCorruption, paths::piece_dir(piece.key), "is BROKEN: " + piece.gaps.front().reason(), "", 0, 0};
  }

  Status collect_bases(size_t source) {
    const BackupReader& reader = *media_->data[source];
    auto& read = streams_[source];
    for (size_t i = 0; i < read.size(); ++i) {
      const SetFacts& set = reader.sets()[i];
      if (!set.success) continue;
      if (set.problem) {
        media_->problems.push_back(*set.problem);
        continue;
      }
      auto& streams = read[i];
      if (!streams) {
        media_->problems.push_back(streams.error());
        continue;
      }
      media_->bases.push_back(facts_of(source, set, *streams));
      media_->base_media.push_back({&set, std::move(*streams)});
    }
    return ok();
  }

  BaseFacts facts_of(size_t source, const SetFacts& set, const meta::LsMetaInfos& streams) {
    const meta::BackupSetDescriptor& d = set.descriptor;
    BaseFacts b{source,
                d.backup_set_id(),
                set.id.full,
                d.prev_full_backup_set_id(),
                d.prev_inc_backup_set_id(),
                d.start_replay_scn(),
                d.min_restore_scn(),
                d.archive_dest_id(),
                d.archive_round_id()};
    b.own_log = d.plus_archivelog();
    b.ended = d.end_time();
    for (const PieceMedia& p : media_->piece_media)
      if ((b.archive_dest == 0 || p.facts.key.dest == b.archive_dest) &&
          (b.archive_round == 0 || p.facts.key.round == b.archive_round))
        for (const meta::HoleRecord& h : p.facts.holes)
          if (!covers_hole(context_, streams, h)) b.uncovered.push_back({h.ls_id(), h.scn_lo(), h.reason()});
    std::sort(b.uncovered.begin(), b.uncovered.end(),
              [](const HoleSpan& x, const HoleSpan& y) { return x.scn_lo < y.scn_lo; });
    return b;
  }

  void collect_holes() {
    for (const PieceMedia& p : media_->piece_media)
      for (const meta::HoleRecord& h : p.facts.holes) {
        WindowHole hole{h.scn_lo(), kScnMax, h.ls_id(), h.reason()};
        const auto known = [&](const WindowHole& w) { return w.from == hole.from && w.ls_id == hole.ls_id; };
        if (p.archive >= media_->archives_given && std::ranges::any_of(media_->holes, known)) continue;
        for (size_t b = 0; b < media_->bases.size(); ++b)
          if (media_->bases[b].min_restore >= h.scn_lo() && covers_hole(context_, media_->base_media[b].streams, h))
            hole.to = std::min(hole.to, media_->bases[b].min_restore);
        media_->holes.push_back(std::move(hole));
      }
  }

  EngineContext& context_;
  const KeyAccess& access_;
  const CancelToken& cancel_;
  std::shared_ptr<const KeyRing> keys_;
  bool first_ = false;  // its format was taken
  std::vector<std::vector<Result<meta::LsMetaInfos>>> streams_;  // by data destination
  std::unique_ptr<Media> media_ = std::make_unique<Media>();
  struct Found {
    PieceMedia piece;
    size_t of_source = 0;
    uint64_t of_set = 0;
    std::tuple<size_t, uint64_t, paths::PieceKey> order() const {
      return {of_source, of_set, piece.facts.key};   // an archive's: 0, 0
    }
  };
  std::vector<Found> found_;
};

}  // namespace

std::string Media::display(Scn scn) const {
  if (auto text = scn_to_display(scn, mode, zone)) return *text;
  return std::to_string(scn);
}

Result<EngineAdapter*> adapter_of(EngineContext& context, const std::string& engine) {
  auto it = context.adapters.find(engine);
  if (it != context.adapters.end()) return it->second;
  return fail(Code::kUnsupported, "engine " + engine, "this program has no adapter of that name",
              "use a build of Seabed that has it");
}

Result<std::unique_ptr<Media>> load_media(EngineContext& context, const RestoreSource& source,
                                          const CancelToken& cancel) {
  if (source.uris.empty())
    return fail(Code::kInvalidArgument, "source", "no destination was given",
                "give a data and an archive destination");
  Loader loader(context, source.keys, cancel);
  SEABED_CHECK(loader.open(source.uris));
  SEABED_CHECK(loader.derive());
  return loader.take();
}

}  // namespace seabed::restore
