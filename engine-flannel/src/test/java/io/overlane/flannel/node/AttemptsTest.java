// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Asking again while that may help. */
class AttemptsTest
{
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<String> events = new ArrayList<>();
    private final Attempts attempts = new Attempts(stop, events::add);

    @Test
    void shouldReturnTheFirstAnswer() throws IOException, InterruptedException
    {
        assertEquals("yes", attempts.call(() -> "yes"));
        assertEquals(List.of(), events);
    }

    @Test
    void shouldGiveUpWhereSomebodyHasToAct()
    {
        final IOException ex = assertThrows(IOException.class, () -> attempts.call(() ->
        {
            throw new RegistryException(Kind.REFUSED, "the reason");
        }));
        assertEquals("the reason", ex.getMessage());
    }

    @Test
    void shouldLeaveAnotherConfigurationToTheCaller()
    {
        assertEquals(Kind.RECONFIGURED, assertThrows(RegistryException.class, () -> attempts.call(() ->
        {
            throw new RegistryException(Kind.RECONFIGURED, "the reason");
        })).kind());
    }

    @ParameterizedTest
    @EnumSource(names = {"UNREACHABLE", "NOT_FOUND", "EXHAUSTED", "CONFLICT", "MALFORMED"})
    void shouldSayWhenItTriesAgainAndStopWhenAsked(final Kind kind) throws IOException, InterruptedException
    {
        assertNull(attempts.call(() ->
        {
            stop.countDown();
            throw new RegistryException(kind, "the reason");
        }));
        assertEquals(List.of("the reason; trying again in 1 s"), events);
    }
}
