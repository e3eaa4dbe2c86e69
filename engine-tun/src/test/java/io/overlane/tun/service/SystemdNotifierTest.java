// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is sent, and to which socket. */
class SystemdNotifierTest
{
    private final List<String> sent = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();

    private SystemdNotifier notifier(final Map<String, String> environment)
    {
        return new SystemdNotifier(environment, (address, text) -> sent.add(address + " " + text), errors::add);
    }

    @Test
    void shouldReportEachState()
    {
        final SystemdNotifier notifier = notifier(Map.of("NOTIFY_SOCKET", "@notify"));
        notifier.status("waiting for a lease");
        notifier.ready("10.5.1.0/24\nvxlan");
        notifier.alive();
        notifier.stopping();
        assertEquals(
            List.of(
                "@notify STATUS=waiting for a lease",
                "@notify READY=1\nSTATUS=10.5.1.0/24; vxlan",
                "@notify WATCHDOG=1",
                "@notify STOPPING=1"),
            sent);
    }

    @Test
    void shouldReportWhenItBeganToReload() throws IOException
    {
        final long beforeUs = System.nanoTime() / 1000;
        notifier(Map.of("NOTIFY_SOCKET", "@notify")).reloading();
        final String text = sent.get(0);
        assertTrue(text.matches("@notify RELOADING=1\nMONOTONIC_USEC=[0-9]+"), text);
        final long us = Long.parseLong(text.substring(text.lastIndexOf('=') + 1));
        assertTrue(us >= beforeUs && us <= System.nanoTime() / 1000, text);
    }

    @Test
    void shouldBeSilentOtherwise()
    {
        notifier(Map.of()).ready("up");
        notifier(Map.of("NOTIFY_SOCKET", "")).stopping();
        assertEquals(List.of(), sent);
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldHaveAWatchdogOnlyIfThisProcessIsWatched()
    {
        final String pid = Long.toString(ProcessHandle.current().pid());
        assertEquals(0, notifier(Map.of("NOTIFY_SOCKET", "@n")).watchdogNs());
        assertEquals(30_000_000_000L, watchdogNs("30000000", pid));
        assertEquals(30_000_000_000L, watchdogNs("30000000", ""));
        assertEquals(0, watchdogNs("30000000", pid + "0"));
        assertEquals(0, watchdogNs("soon", pid));
        assertEquals(0, watchdogNs("-1", pid));
        assertEquals(0, notifier(Map.of("WATCHDOG_USEC", "30000000")).watchdogNs());
    }

    private long watchdogNs(final String usec, final String pid)
    {
        return notifier(Map.of("NOTIFY_SOCKET", "@n", "WATCHDOG_USEC", usec, "WATCHDOG_PID", pid)).watchdogNs();
    }

    @Test
    void shouldGoOnIfTheSocketIsGone()
    {
        final SystemdNotifier notifier = new SystemdNotifier(
            Map.of("NOTIFY_SOCKET", "/gone"),
            (address, text) ->
            {
                throw new IOException("cannot reach " + address);
            },
            errors::add);
        notifier.ready("up");
        assertEquals(1, errors.size());
    }
}
