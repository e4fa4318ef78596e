#include "core/engine/rebuild/look.h"

#include "core/format/meta.pb.h"
#include "core/media/tombstone.h"
#include "core/storage/destination.h"

namespace seabed::rebuild {
namespace {

Result<std::shared_ptr<ObjectStore>> open_store(EngineContext& context, const std::string& uri) {
  SEABED_TRY(const Uri parsed, parse_uri(uri));
  return context.storage->open(parsed);
}

Result<DestinationFacts> facts_on(EngineContext& context, ObjectStore& store) {
  SEABED_TRY(auto facts, read_format(store, {.deadline = after(context.limits.request_deadline)}));
  if (facts) return *facts;
  return fail(Error{Code::kNotFound, store.describe(), "has no format file: it is no destination of Seabed",
                    "give the destination that backups or archives were written to", 0, 9080});
}

}  // namespace

void note_decided(const meta::OperatorFacts& said, DestinationLook* look) {
  catalog::OperatorFacts facts = catalog::read_facts(said);
  const auto age = [](const catalog::OperatorFacts& f) { return std::pair(f.version, f.scn); };
  if (!look->decided || age(facts) > age(*look->decided)) look->decided = std::move(facts);
}

Status look_at_tombstones(const Medium& medium, const std::function<bool(const DestinationLook::Deleted&)>& left,
                          DestinationLook* look) {
  SEABED_TRY(const auto tombstones, list_tombstones(*medium.store, medium.io()));
  for (const Tombstone& t : tombstones) {
    DestinationLook::Deleted gone{t.piece.value_or(paths::PieceKey{}), t.set.value_or(paths::SetId{})};
    gone.unfinished = t.delete_mode != "tagging" && left(gone);
    look->deleted.push_back(gone);
  }
  return ok();
}

Result<DestinationFacts> read_facts(EngineContext& context, const std::string& uri) {
  SEABED_TRY(auto store, open_store(context, uri));
  return facts_on(context, *store);
}

Result<DestinationLook> look_at(EngineContext& context, const std::string& uri, const KnownRows& known,
                                const CancelToken& cancel) {
  SEABED_TRY(auto store, open_store(context, uri));
  SEABED_TRY(const Uri parsed, parse_uri(uri));
  DestinationLook look;
  SEABED_TRY(look.format, facts_on(context, *store));
  catalog::DestinationRow& d = look.destination;
  d.dest_id = look.format.dest_id;
  d.tenant_id = look.format.tenant_id;
  const bool data = look.format.use == DestinationUse::kData;
  d.kind = data ? catalog::DestinationKind::kData : catalog::DestinationKind::kArchive;
  d.identity = parsed.identity();
  d.path = parsed.redacted();
  d.uri = uri;
  d.created_us = look.format.created_scn / 1000;
  d.current = false;
  const Medium medium{std::move(store), &cancel, context.limits.request_deadline};
  SEABED_CHECK(data ? look_at_data(medium, known, &look) : look_at_archive(medium, known, &look));
  return look;
}

}  // namespace seabed::rebuild
