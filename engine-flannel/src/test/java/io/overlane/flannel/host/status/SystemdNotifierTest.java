// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is sent to whom. */
class SystemdNotifierTest
{
    private final List<String> sent = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();

    private SystemdNotifier notifier(final Map<String, String> environment)
    {
        return new SystemdNotifier(environment, (address, text) -> sent.add(address + " " + text), errors::add);
    }

    @Test
    void shouldTellWhoAsked()
    {
        final SystemdNotifier notifier = notifier(Map.of("NOTIFY_SOCKET", "@notify"));
        notifier.ready("10.5.1.0/24\nvxlan");
        notifier.stopping();
        assertEquals(List.of("@notify READY=1\nSTATUS=10.5.1.0/24; vxlan", "@notify STOPPING=1"), sent);
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
    void shouldRunOnWhenNobodyListens()
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
