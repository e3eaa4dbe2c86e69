// SPDX-License-Identifier: Apache-2.0
package io.overlane.limit;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two threads take the one unit that a {@link RateLimit} has. */
@JCStressTest
@Outcome(id = {"true, false", "false, true"}, expect = Expect.ACCEPTABLE, desc = "one of them gets it")
@State
public class RateLimitStress
{
    private final RateLimit limit = new RateLimit(10, 1, 1);

    /** One thread. */
    @Actor
    public void first(final ZZ_Result r)
    {
        r.r1 = limit.take(1, 0);
    }

    /** The other. */
    @Actor
    public void second(final ZZ_Result r)
    {
        r.r2 = limit.take(1, 0);
    }
}
