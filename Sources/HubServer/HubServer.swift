import Crypto
import Hummingbird
import Metrics
