// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/** A {@link Descriptor} is closed once, and not while a thread uses it. */
@JCStressTest
@Outcome(id = "1, false", expect = Expect.ACCEPTABLE, desc = "closed once, not while in use")
@State
public class DescriptorStress
{
    private final Descriptor descriptor = new Descriptor(1, fd -> onClosed());
    private volatile int closed;
    private boolean wasClosedInUse;

    private void onClosed()
    {
        closed++;
    }

    /** A user. */
    @Actor
    public void use()
    {
        if (descriptor.acquire())
        {
            wasClosedInUse = closed != 0;
            descriptor.release();
        }
    }

    /** Closes it, twice. */
    @Actor
    public void close()
    {
        descriptor.close();
        descriptor.close();
    }

    /** What came of it. */
    @Arbiter
    public void result(final IZ_Result r)
    {
        r.r1 = closed;
        r.r2 = wasClosedInUse;
    }
}
