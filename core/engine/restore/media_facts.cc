#include "core/engine/restore/media_facts.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <tuple>

#include "core/engine/keys/reading_keys.h"
#include "core/engine/restore/hole_cover.h"
#include "core/storage/destination.h"
#include "core/storage/subtree.h"

namespace seabed::restore {
namespace {

class Loader {
 public:
  Loader(EngineContext& context, const KeyAccess& access, const CancelToken& cancel)
      : context_(context), access_(access), cancel_(cancel) {}

  Status open(const std::string& uri) {
    SEABED_TRY(Uri parsed, parse_uri(uri));
    SEABED_TRY(auto store, context_.storage->open(parsed));
    Medium medium{std::move(store), &cancel_, context_.limits.request_deadline};
    meta::FormatInfo format;
    if (auto s = medium.read_message(paths::format(), FileType::kFormat, &format); !s) {
      if (s.error().code != Code::kNotFound) return s;
      return fail(Code::kNotFound, medium.store->describe(),
                  "has no format file: it is no destination of Seabed",
                  "give the destination that backups or archives were written to");
    }
    SEABED_CHECK(same_tenant(format, medium));
    if (!keys_) {
      SEABED_TRY(keys_, reading_keys(context_, access_, format.cluster_id(), format.tenant_id(), cancel_));
    }
    medium.keys = keys_;
    if (format.kind() == meta::DEST_ARCHIVE) return open_archive(std::move(medium));
    return open_data(std::move(medium));
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
  Status same_tenant(const meta::FormatInfo& f, const Medium& medium) {
    Media& m = *media_;
    if (m.data.empty() && m.archive.empty()) {
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

  Status open_data(Medium medium) {
    SEABED_TRY(BackupReader reader, BackupReader::open(std::move(medium)));
    SEABED_CHECK(reader.load());
    media_->data.push_back(std::make_unique<BackupReader>(std::move(reader)));
    return ok();
  }

  /// PLUS ARCHIVELOG: the log inside a set is an archive of its own.
  Status open_complements(size_t source) {
    const Medium& medium = media_->data[source]->medium();
    for (const SetFacts& set : media_->data[source]->sets()) {
      if (!set.usable() || !set.descriptor.plus_archivelog()) continue;
      auto opened = open_archive({subtree(medium.store, paths::complement_log(set.id)), medium.cancel,
                                  medium.call_deadline, medium.keys}, source, set.id.id);
      if (opened) continue;
      const Code code = opened.error().code;
      if (code != Code::kNotFound && code != Code::kCorruption && code != Code::kUnsupported && code != Code::kConflict)
        return opened;
      media_->problems.push_back(opened.error());   // the archive may have the log too
    }
    return ok();
  }

  Status open_archive(Medium medium, size_t of_source = 0, uint64_t of_set = 0) {
    SEABED_TRY(ArchiveReader reader, ArchiveReader::open(std::move(medium)));
    SEABED_TRY(auto pieces, reader.pieces());
    const size_t index = media_->archive.size();
    media_->archive.push_back(std::make_unique<ArchiveReader>(std::move(reader)));
    const PieceFacts* before = nullptr;
    for (PieceFacts& p : pieces) {
      SEABED_CHECK(find_lost_checkpoint(media_->archive[index]->medium(), before, &p));
      before = &p;
    }
    for (PieceFacts& p : pieces) found_.push_back({{index, std::move(p)}, of_source, of_set});
    return ok();
  }

  /// An active piece with log and without a checkpoint is new, as long as the piece before it is active too;
  /// else its checkpoint was taken away, and with it the end of the log.
  Status find_lost_checkpoint(const Medium& medium, const PieceFacts* before, PieceFacts* p) {
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
      media_->spans.push_back({p.facts.key, d.start_scn(), d.checkpoint_scn(), of_source, of_set});
      media_->piece_media.push_back(std::move(p));
    }
  }

  Status collect_bases(size_t source) {
    const BackupReader& reader = *media_->data[source];
    for (const SetFacts& set : reader.sets()) {
      if (!set.success) continue;
      if (set.problem) {
        media_->problems.push_back(*set.problem);
        continue;
      }
      auto streams = reader.ls_metas(set);
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
  for (const std::string& uri : source.uris) SEABED_CHECK(loader.open(uri));
  SEABED_CHECK(loader.derive());
  return loader.take();
}

}  // namespace seabed::restore
