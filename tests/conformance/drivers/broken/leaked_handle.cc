// Every opened store keeps a descriptor for ever.
#include <fcntl.h>

#include "broken.h"

namespace broken {
struct LeakedHandle : AcmeStore {
  explicit LeakedHandle(std::shared_ptr<Medium> medium) : AcmeStore(std::move(medium)) {
    ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::LeakedHandle>)
