// SPDX-License-Identifier: Apache-2.0
package io.overlane.remote;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A reader of {@link RemoteLists} sees a list before or after a change, also while there are more and more lists. */
@JCStressTest
@Outcome(id = {"2, 1, 1", "2, 2, 2"}, expect = Expect.ACCEPTABLE, desc = "before or after")
@State
public class RemoteListsStress
{
    private static final int MANY = 20;

    private final RemoteLists lists = new RemoteLists();
    private final int number = lists.add(1, 1);

    /** Writer. */
    @Actor
    public void write()
    {
        lists.set(number, 2, 2);
        for (int i = 0; i < MANY; i++)
        {
            lists.add(3, 3, 3);
        }
    }

    /** Reader. */
    @Actor
    public void read(final III_Result r)
    {
        final int[] remotes = lists.get(number);
        r.r1 = remotes.length;
        r.r2 = remotes[0];
        r.r3 = remotes[1];
    }
}
