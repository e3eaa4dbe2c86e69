// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.cli.OneLineErrors;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** Waits for the engine's answers to a change, and goes on with the other parts of the change if one fails. */
final class EngineAnswers
{
    private static final long ANSWER_LIMIT_S = 10;

    /** Each segment that is removed has a thread that waits for its device to close; this limits these threads. */
    private static final int ASKED_AT_A_TIME = 64;

    private EngineAnswers()
    {
    }

    /** Gets a result of the engine. */
    @FunctionalInterface
    interface Taker<T>
    {
        void take(BridgeDevice device, CompletableFuture<T> answer) throws IOException;
    }

    /** A step that may fail without stopping the others. */
    @FunctionalInterface
    interface Attempt
    {
        void run() throws IOException;
    }

    /** Start a request to the engine for each device before waiting for the results. */
    static <T> void askForEach(
        final Stream<BridgeDevice> devices,
        final Function<BridgeDevice, CompletableFuture<T>> question,
        final Taker<T> taker,
        final ChangeReport report)
    {
        final Map<BridgeDevice, CompletableFuture<T>> asked = new LinkedHashMap<>();
        for (final BridgeDevice device : devices.toList())
        {
            if (asked.size() == ASKED_AT_A_TIME)
            {
                asked.forEach((other, answer) -> attempt(report::notDone, () -> taker.take(other, answer)));
                asked.clear();
            }
            asked.put(device, question.apply(device));
        }
        asked.forEach((other, answer) -> attempt(report::notDone, () -> taker.take(other, answer)));
    }

    /** Wait for an answer, for ten seconds at most. */
    static <T> T await(final CompletableFuture<T> answer) throws IOException
    {
        try
        {
            return answer.get(ANSWER_LIMIT_S, TimeUnit.SECONDS);
        }
        catch (final ExecutionException ex)
        {
            throw new IOException(OneLineErrors.message(ex), ex);
        }
        catch (final TimeoutException ex)
        {
            throw new IOException("the engine did not answer within " + ANSWER_LIMIT_S + " s", ex);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", ex);
        }
    }

    /** Carry out a step, and report its failure in one line. */
    static void attempt(final Consumer<String> failures, final Attempt attempt)
    {
        try
        {
            attempt.run();
        }
        catch (final IOException | RuntimeException ex)
        {
            failures.accept(OneLineErrors.message(ex));
        }
    }
}
