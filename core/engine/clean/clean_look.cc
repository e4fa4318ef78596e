#include "core/engine/clean/clean_look.h"

#include <spdlog/fmt/fmt.h>

#include "core/base/uri.h"
#include "core/engine/clean/clean_facts.h"
#include "core/engine/clean/media_agreement.h"
#include "core/engine/clean/readers.h"
#include "core/format/meta.pb.h"
#include "core/media/format_file.h"
#include "core/media/medium.h"
#include "core/media/paths.h"

namespace seabed::clean {
namespace {

constexpr int kLooks = 4;

Result<CleanPlace> open_place(EngineContext& context, const catalog::TenantRow& tenant,
                              const catalog::DestinationRow& row, const CancelToken& cancel) {
  SEABED_TRY(const Uri uri, parse_uri(row.uri));
  SEABED_TRY(auto store, context.storage->open(uri));
  DestinationFacts facts;
  facts.cluster_id = context.cluster_id, facts.cluster_name = context.cluster_name;
  facts.tenant_id = tenant.tenant_id, facts.tenant_name = tenant.name;
  facts.dest_id = row.dest_id;
  facts.use = row.kind == catalog::DestinationKind::kData ? DestinationUse::kData : DestinationUse::kArchive;
  SEABED_CHECK(check_format(*store, facts, clean_io(context, cancel)));
  return CleanPlace{row, std::move(store)};
}

class Looker {
 public:
  Looker(EngineContext& context, const CleanTools& tools, const CancelToken& cancel)
      : context_(context), tools_(tools), cancel_(cancel) {}

  Result<CleanLook> run(uint64_t tenant_id, const std::set<uint64_t>& also) {
    SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
      SEABED_TRY(const auto tenant, catalog::find_tenant(tx, tenant_id));
      if (!tenant) return fail(Code::kNotFound, "tenant " + std::to_string(tenant_id), "is not known");
      out_.tenant = *tenant;
      SEABED_TRY(rows_, catalog::list_destinations(tx, tenant_id));
      return ok();
    }));
    for (const auto& row : rows_)
      if (row.current || also.contains(row.dest_id)) open(row);
    for (int i = 0; i < kLooks; ++i) {
      SEABED_TRY(const auto differences, compare(tenant_id));
      if (differences.empty()) break;
      if (i + 1 == kLooks || cancel_.wait_for(tools_.look_again)) {
        out_.against.insert(out_.against.end(), differences.begin(), differences.end());
        break;
      }
    }
    SEABED_CHECK(protect_readers());
    SEABED_TRY(const std::string clock, check_clock(context_, tools_.witness, out_.facts.stock));
    if (!clock.empty()) out_.against.push_back(clock);
    return std::move(out_);
  }

 private:
  void open(const catalog::DestinationRow& row) {
    auto place = open_place(context_, out_.tenant, row, cancel_);
    if (place && !place->store->capabilities().strong_list)
      out_.against.push_back(row.path + ": its listings may lag behind what is written, and a reader's lease could be missed");
    if (place) return out_.places.push_back(std::move(*place));
    out_.unreachable.insert(row.dest_id);
    out_.against.push_back(row.path + " cannot be reached: " + place.error().message());
  }

  /// The media are listed before the catalog is read: what is made in between is in the catalog.
  Result<std::vector<std::string>> compare(uint64_t tenant_id) {
    std::vector<std::pair<const CleanPlace*, MediaNames>> listed;
    for (const CleanPlace& place : out_.places) {
      auto names = list_media(*place.store, clean_io(context_, cancel_));
      if (names) {
        listed.emplace_back(&place, std::move(*names));
        continue;
      }
      out_.unreachable.insert(place.row.dest_id);
      out_.against.push_back(place.row.path + " cannot be listed: " + names.error().message());
    }
    SEABED_TRY(out_.facts, read_clean_facts(context_, tenant_id));
    std::vector<std::string> differences;
    for (const auto& [place, names] : listed)
      for (auto& text : differences_of(out_.facts.stock, place->row.dest_id,
                                       place->row.kind == catalog::DestinationKind::kData, names))
        differences.push_back(place->row.path + ": " + text);
    return differences;
  }

  Status protect_readers() {
    for (const CleanPlace& place : out_.places) {
      auto words = clean::protect_readers(context_, place, clean_io(context_, cancel_), &out_.facts.stock);
      if (words)
        out_.readers.insert(out_.readers.end(), words->begin(), words->end());
      else
        out_.against.push_back(place.row.path + ": who reads cannot be told: " + words.error().message());
    }
    return ok();
  }

  EngineContext& context_;
  const CleanTools& tools_;
  const CancelToken& cancel_;
  std::vector<catalog::DestinationRow> rows_;
  CleanLook out_;
};

/// Everything rests on the one set: it must be there, and as the catalog knows it.
Status check_clean_point(EngineContext& context, const CleanLook& look, uint64_t id,
                         const CancelToken& cancel) {
  const catalog::BackupSetRow* row = nullptr;
  for (const auto& set : look.facts.stock.sets)
    if (set.backup_set_id == id) row = &set;
  const CleanPlace* place = row ? look.place(row->dest_id) : nullptr;
  if (!place) return fail(Code::kInternal, "clean point", "is on no destination that was looked at");
  meta::BackupSetDescriptor d;
  const std::string key = paths::single_set_info({id, true});
  SEABED_CHECK((Medium{place->store, &cancel, context.limits.request_deadline}.read_message(
      key, FileType::kBackupSetInfo, &d)));
  if (d.backup_set_id() == id && d.start_replay_scn() == row->start_replay_scn &&
      d.min_restore_scn() == row->min_restore_scn)
    return ok();
  return fail(Code::kConflict, key, "tells other points in time than the catalog",
              "the media win: rebuild the catalog from them (`seabed tenant rebuild`)");
}

}  // namespace

bool CleanPlace::tagging() const {
  const auto uri = parse_uri(row.uri);
  if (!uri) return false;
  for (const auto& [key, value] : uri->params)
    if (key == "delete_mode") return value == "tagging";
  return false;
}

const CleanPlace* CleanLook::place(uint64_t dest_id) const {
  for (const CleanPlace& p : places)
    if (p.row.dest_id == dest_id) return &p;
  return nullptr;
}

IoContext clean_io(const EngineContext& context, const CancelToken& cancel) {
  IoContext io;
  io.deadline = after(context.limits.request_deadline);
  io.cancel = &cancel;
  io.priority = -1;
  return io;
}

Result<CleanLook> look(EngineContext& context, uint64_t tenant_id, const std::set<uint64_t>& also,
                       const CleanTools& tools, const CancelToken& cancel) {
  return Looker(context, tools, cancel).run(tenant_id, also);
}

void hold_back(EngineContext& context, const CleanLook& look, const CancelToken& cancel,
               CleanDecision* decision) {
  bool any = false;
  for (const auto& item : decision->items) any |= item.remove;
  std::string why = look.against.empty() ? "" : look.against.front();
  if (why.empty() && any && decision->clean_point)
    if (auto sound = check_clean_point(context, look, *decision->clean_point, cancel); !sound)
      why = "the clean point cannot be relied on: " + sound.error().message();
  if (why.empty()) return;
  decision->blocked = why;
  if (!any) return;
  decision->summary = "nothing is deleted: " + why;
  for (auto& item : decision->items)
    if (item.remove) item.remove = false, item.reason = "could go (" + item.reason + "), but " + why;
}

}  // namespace seabed::clean
