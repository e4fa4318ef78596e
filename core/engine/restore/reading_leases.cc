// While a restore reads, no cleanup takes away what it needs.

#include "core/engine/restore/reading_leases.h"

#include <unistd.h>

#include "core/base/bytes.h"
#include "core/base/checksum.h"
#include "core/engine/quick/quick_lease.h"

namespace seabed::restore {

std::string reader_id(const EngineContext& context, const std::string& purpose,
                      const std::string& directory) {
  Hasher128 hash;
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  hash.update(std::to_string(context.cluster_id) + ":" + context.cluster_name + ":" + host + ":" + directory);
  return purpose + "-" + to_hex(std::string(view(hash.digest()))).substr(0, 24);
}

namespace {

ReaderLeaseFacts facts_of(const EngineContext& context, const RestoreRequest& request) {
  ReaderLeaseFacts facts;
  facts.id = reader_id(context, "restore", request.directory);
  facts.cluster_id = context.cluster_id;
  facts.cluster_name = context.cluster_name;
  facts.tenant_name = request.tenant_name;
  facts.owner = context.owner;
  facts.purpose = "restore";
  return facts;
}

/// A quick restore reads on when it is finished: its lease is the tenant's from the beginning.
ReaderWish quick_wish(const EngineContext& context, const RestoreRequest& request, const Media& media, const Plan& plan,
                      ReaderWish data) {
  RestoreState state;
  state.tenant = request.tenant_name.empty() ? media.tenant.tenant_name() : request.tenant_name;
  state.backup_tenant = media.tenant.tenant_name();
  state.target = plan.target;
  state.sets = plan.summary.sets;
  data.facts = quick::quick_lease_facts(context, request.directory, state);
  data.terms = quick::kQuickLease;
  data.outlives = true;
  return data;
}

}  // namespace

Result<std::unique_ptr<ReaderLeaseKeeper>> hold_sources(EngineContext& context, const RestoreRequest& request,
                                                        const Media& media, const Plan& plan,
                                                        const CancelToken& cancel) {
  if (!context.clock) return std::unique_ptr<ReaderLeaseKeeper>();
  std::vector<ReaderWish> wishes;
  ReaderWish data{media.data[media.bases[plan.base].source]->medium().store, facts_of(context, request)};
  for (size_t i : plan.sets) data.facts.directories.push_back(paths::set_dir(media.base_media[i].set->id));
  wishes.push_back(request.quick ? quick_wish(context, request, media, plan, std::move(data)) : std::move(data));
  for (size_t archive = 0; archive < media.archives_given; ++archive) {
    ReaderWish log{media.archive[archive]->medium().store, facts_of(context, request)};
    for (size_t i : plan.pieces)
      if (media.piece_media[i].archive == archive)
        log.facts.directories.push_back(paths::piece_dir(media.piece_media[i].facts.key));
    if (!log.facts.directories.empty()) wishes.push_back(std::move(log));
  }
  return ReaderLeaseKeeper::hold(std::move(wishes), *context.clock, &cancel);
}

}  // namespace seabed::restore
