// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.AdminStatus;
import io.overlane.admin.Answer;
import io.overlane.policy.SegmentContext;
import io.overlane.testkit.EngineHarness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** An engine under the test's hand, and an operator who asks it things. */
final class CommandTrial implements AutoCloseable
{
    private final EngineHarness harness = EngineHarness.create();
    private AdminCommands commands;

    EngineHarness harness()
    {
        return harness;
    }

    CommandTrial launch(final SegmentContext segment)
    {
        harness.launch(segment);
        return serve(true);
    }

    /** The engine was launched. */
    CommandTrial serve(final boolean isVxlan)
    {
        commands = EngineCommands.addTo(harness.engine(), isVxlan, new AdminCommands());
        return this;
    }

    Answer ask(final String request) throws AdminException
    {
        try
        {
            return await(start(request));
        }
        catch (final ExecutionException ex)
        {
            throw assertInstanceOf(AdminException.class, ex.getCause().getCause(), ex::toString);
        }
    }

    /** On another thread; whoever asked has the engine work. */
    CompletableFuture<Answer> start(final String request)
    {
        return CompletableFuture.supplyAsync(() ->
        {
            try
            {
                return commands.run(List.of(request.split(" ")));
            }
            catch (final AdminException ex)
            {
                throw new IllegalStateException(ex);
            }
        });
    }

    /** Requests are run by one thread and what they change is written by another, this one. */
    <T> T await(final CompletableFuture<T> answer) throws ExecutionException
    {
        while (!answer.isDone())
        {
            harness.engine().doWork();
        }
        try
        {
            return answer.get();
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
    }

    void assertRefused(final String message, final String request)
    {
        final AdminException ex = assertThrows(AdminException.class, () -> ask(request), request);
        assertEquals(message, ex.getMessage());
        assertEquals(AdminStatus.REFUSED, ex.status());
    }

    String assertUsage(final String request)
    {
        final AdminException ex = assertThrows(AdminException.class, () -> ask(request), request);
        assertEquals(AdminStatus.USAGE, ex.status(), request);
        assertEquals(1, ex.getMessage().lines().count(), request);
        return ex.getMessage();
    }

    /** With text for addresses, as JSON has them, and without what is null. */
    static List<Map<String, Object>> rows(final Answer answer)
    {
        return ((List<?>)answer.json()).stream().map(row ->
        {
            final Map<String, Object> members = new HashMap<>();
            ((Map<?, ?>)row).forEach((name, value) -> members.put(
                name.toString(),
                value instanceof MacAddress || value instanceof IpAddress ? value.toString() : value));
            members.values().removeIf(value -> value == null);
            return members;
        }).toList();
    }

    @Override
    public void close()
    {
        harness.close();
    }
}
