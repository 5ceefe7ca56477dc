/** What a fake and the real thing both keep, so that what is proved on the fake counts. */
@NullMarked
package godwit.testkit.contract;

import org.jspecify.annotations.NullMarked;
