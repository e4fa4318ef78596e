#include "core/engine/restore/restore_dictionary.h"

#include <algorithm>

#include "core/engine/restore/restore_files.h"
#include "core/engine/restore/restore_log.h"
#include "core/media/stream_log.h"

namespace seabed::restore {
namespace {

constexpr uint64_t kMaxFold = 1ull << 30;
constexpr std::string_view kOutside = "outside/";

/// The fold is the data file of stream 1, in the frame of schema_meta.
Result<std::optional<meta::DictionaryFold>> read_fold(const Media& media, const Plan& plan) {
  const BackupReader& reader = *media.data[media.bases[plan.base].source];
  std::optional<meta::DictionaryFold> newest;
  for (const auto& [from, file] : plan.dictionary->files) {
    SEABED_TRY(std::string bytes, read_small_file(reader, from, file, kMaxFold));
    SEABED_TRY(std::string body, decode_file(FileType::kSchemaMeta, bytes, "log stream 1, " + file.name()));
    meta::DictionaryFold fold;
    if (!fold.ParseFromString(body))
      return fail(Code::kCorruption, "log stream 1, " + file.name(), "is no dictionary", "run seabed verify");
    if (!newest || fold.scn() >= newest->scn()) newest = std::move(fold);
  }
  return newest;
}

Status replay_records(const Media& media, const Plan& plan, const Lsn& from, DictionaryState* state) {
  const auto& archive = media.archive[media.piece_media[plan.pieces.front()].archive];
  StreamLog log(archive->medium(), pieces_of(media, plan), 1, {from, state->scn});
  uint64_t incarnation = plan.dictionary->meta.incarnation();
  for (LogGroup group;;) {
    SEABED_TRY(bool more, log.next(&group));
    if (!more || group.scn_hi > plan.target) {
      state->place = log.place();
      state->incarnation = incarnation;
      return ok();
    }
    if (group.type != GroupType::kDictionary) continue;
    if (group.incarnation != incarnation)
      *state = {};  // a new life tells all that it knows from its beginning
    incarnation = group.incarnation;
    meta::DictionaryRecord record;
    if (!record.ParseFromString(group.payload))
      return fail(Code::kCorruption, log.current_key(), "a dictionary record cannot be read",
                  "run seabed verify");
    apply_record(record, state);
    archive::apply(record, &state->all);
    state->scn = group.scn_hi;
    state->end = group.end;
  }
}

}  // namespace

void apply_record(const meta::DictionaryRecord& record, DictionaryState* state) {
  for (const auto& f : record.files()) {
    if (f.deleted())
      state->files.erase(f.path());
    else
      state->files[f.path()] = f.content();
  }
  for (const auto& f : record.facts()) {
    if (f.deleted())
      state->facts.erase(f.name());
    else
      state->facts[f.name()] = f.value();
  }
}

Result<DictionaryState> read_dictionary(const Media& media, const Plan& plan) {
  DictionaryState state;
  if (!plan.dictionary) return state;
  SEABED_TRY(auto fold, read_fold(media, plan));
  Lsn from;
  if (fold) {
    apply_record(fold->state(), &state);
    archive::apply(fold->state(), &state.all);
    state.scn = fold->scn();
    from.bytes = fold->lsn();
    state.end = from;
  }
  SEABED_CHECK(replay_records(media, plan, from, &state));
  for (const auto& [name, value] : state.facts)
    if (name.starts_with(kOutside))
      state.outside.push_back(value.empty() ? name.substr(kOutside.size()) : value);
  return state;
}

}  // namespace seabed::restore
