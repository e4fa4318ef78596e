// seabed verify: everything on the given destinations, without restoring.

#include <algorithm>

#include "core/engine/restore/verify_report.h"
#include "core/engine/restore/window.h"

namespace seabed {
namespace {

/// A set is good when its own files hold, its chain's do, and the log reaches from its start to its
/// min_restore_scn.
bool log_holds(const restore::Media& media, const restore::BaseFacts& base,
               const restore::Findings& findings) {
  restore::PieceRun run = run_for(media.spans, base);
  for (size_t i : cut_run(media.spans, run, base.min_restore).pieces) {
    const restore::PieceMedia& piece = media.piece_media[i];
    if (findings.has_error_in(media.archive[piece.archive]->medium().name(paths::piece_dir(piece.facts.key))))
      return false;
  }
  return true;
}

std::vector<uint64_t> restorable(const restore::Media& media, const std::vector<uint64_t>& whole,
                                 const restore::Findings& findings) {
  std::vector<uint64_t> good;
  auto is_whole = [&](size_t i) {
    return std::find(whole.begin(), whole.end(), media.bases[i].set_id) != whole.end();
  };
  for (size_t i = 0; i < media.bases.size(); ++i) {
    const auto chain = restore::chain_of(media.bases, i);
    if (chain.empty() || !std::all_of(chain.begin(), chain.end(), is_whole)) continue;
    const bool needs_no_log = media.archives_given == 0 && !media.bases[i].own_log;
    if (needs_no_log ||
        (restore::range_of(media.bases, media.spans, i) && log_holds(media, media.bases[i], findings)))
      good.push_back(media.bases[i].set_id);
  }
  return good;
}

VerifiedDestination begin_verdict(const meta::FormatInfo& format, const std::string& identity, bool quick,
                                  uint64_t begun_us) {
  VerifiedDestination out;
  out.identity = identity, out.quick = quick;
  out.tenant_id = format.tenant_id(), out.dest_id = format.dest_id();
  out.data = format.kind() != meta::DEST_ARCHIVE;
  out.begun_us = begun_us;
  return out;
}

}  // namespace

Result<VerifyReport> verify_media(EngineContext& context, const RestoreSource& source, bool quick,
                                  const ProgressFn& progress, const CancelToken& cancel) {
  std::vector<VerifiedDestination> verified;
  return verify_media_by_part(context, source, quick, progress, cancel, &verified);
}

Result<VerifyReport> verify_media_by_part(EngineContext& context, const RestoreSource& source, bool quick,
                                          const ProgressFn& progress, const CancelToken& cancel,
                                          std::vector<VerifiedDestination>* verified) {
  const uint64_t begun_us = context.clock->read().now / 1000;
  SEABED_TRY(auto media, restore::load_media(context, source, cancel));
  restore::Findings findings(progress, cancel);
  std::vector<uint64_t> whole;
  for (size_t i = 0; i < media->data.size(); ++i) {
    const BackupReader& reader = *media->data[i];
    verified->push_back(begin_verdict(reader.format(), media->data_identities[i], quick, begun_us));
    SEABED_CHECK(restore::verify_destination(reader.medium(), &findings));
    SEABED_CHECK(restore::verify_sets(reader, quick, &findings, &whole, &verified->back()));
  }
  for (size_t i = 0; i < media->archive.size(); ++i) {
    const ArchiveReader& reader = *media->archive[i];
    const bool given = i < media->archives_given;
    if (given) SEABED_CHECK(restore::verify_destination(reader.medium(), &findings));
    VerifiedDestination verdict =
        begin_verdict(reader.format(), given ? media->archive_identities[i] : "", quick, begun_us);
    SEABED_CHECK(restore::verify_pieces(context, *media, i, quick, &findings, &verdict));
    if (given) verified->push_back(std::move(verdict));
  }
  auto good = restorable(*media, whole, findings);
  for (size_t i = 0; i < media->bases.size(); ++i)
    if ((media->archives_given != 0 || media->bases[i].own_log) &&
        !restore::range_of(media->bases, media->spans, i))
      findings.error("backup set " + std::to_string(media->bases[i].set_id),
                     "cannot be restored: its chain or the log that it needs is not there");
  VerifyReport report = findings.finish();
  report.good_sets = std::move(good);
  return report;
}

}  // namespace seabed
