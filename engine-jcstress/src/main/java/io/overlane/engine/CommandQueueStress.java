// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.error.GuardedErrorHandler;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/** A command that is asked for while the {@link CommandQueue} closes runs or fails, and its future completes. */
@JCStressTest
@Outcome(id = "answered, 1", expect = Expect.ACCEPTABLE, desc = "ran once")
@Outcome(id = "failed, 0", expect = Expect.ACCEPTABLE, desc = "came too late")
@State
public class CommandQueueStress
{
    private final CommandQueue queue = new CommandQueue(() -> {}, () -> {}, GuardedErrorHandler.of(null));
    private CompletableFuture<Integer> answer;
    private int runs;

    /** A thread with a command. */
    @Actor
    public void ask()
    {
        answer = queue.ask(() -> ++runs);
    }

    /** The thread of the queue, which ends. */
    @Actor
    public void end()
    {
        queue.run(1);
        queue.close();
    }

    /** The result of the future in the end. */
    @Arbiter
    public void result(final LI_Result r)
    {
        r.r1 = !answer.isDone() ? "never" : answer.isCompletedExceptionally() ? "failed" : "answered";
        r.r2 = runs;
    }
}
