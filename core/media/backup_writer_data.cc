#include "core/media/backup_writer.h"
#include "core/media/ls_data_copy.h"

namespace seabed {

bool BackupSetWriter::can_go_on() const {
  const Capabilities& caps = store_->capabilities();
  return caps.list_uploads && !is_local(caps) && !options_.data_key;
}

tl::expected<LsDataOutcome, CopyFailure> BackupSetWriter::copy_ls_data(const paths::LsData& data,
                                                                       std::vector<CopyFile> files, CopyCounters* counters,
                                                                       const std::string& journal, CopyMemory* memory) {
  auto form = make_page_form(options_.compression, options_.data_key ? &*options_.data_key : nullptr);
  if (!form) return tl::unexpected(CopyFailure{std::move(form.error()), false});
  LsDataCopy copy(*store_, data, std::move(files), [this] { return io(); }, options_, std::move(*form), counters);
  auto failed = [&](Error error) { return tl::unexpected(CopyFailure{std::move(error), copy.source_failed()}); };
  if (!journal.empty())
    if (auto kept = copy.keep_journal(journal, memory); !kept) return failed(std::move(kept.error()));
  if (auto ran = copy.run(); !ran) return failed(std::move(ran.error()));
  auto outcome = copy.finish();
  if (!outcome) return failed(std::move(outcome.error()));
  for (auto& file : outcome->files) file.set_key(relative_to_set(file.key()));
  return std::move(*outcome);
}

}  // namespace seabed
