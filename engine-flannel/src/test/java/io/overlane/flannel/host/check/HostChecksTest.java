// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One check by hand; its period is longer than the test. */
class HostChecksTest
{
    private static final long LONG_S = 3600;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicReference<String> corrected = new AtomicReference<>("");
    private final AtomicReference<String> failure = new AtomicReference<>();
    private final HostChecks checks = new HostChecks(
        (name, what) -> told.add(name + ": " + what),
        (name, ex) -> told.add(name + " failed: " + ex.getMessage()));

    @AfterEach
    void close()
    {
        checks.close();
    }

    private String check() throws IOException
    {
        if (failure.get() != null)
        {
            throw new IOException(failure.get());
        }
        return corrected.get();
    }

    private void run(final int times) throws InterruptedException, ExecutionException
    {
        for (int i = 0; i < times; i++)
        {
            checks.now("rules").get();
        }
    }

    @Test
    void shouldTellWhatWasCorrected() throws InterruptedException, ExecutionException
    {
        checks.every("rules", LONG_S, this::check);
        run(2);
        assertEquals(List.of(), told);
        corrected.set("two rules");
        run(1);
        assertEquals(List.of("rules: two rules"), told);
    }

    @Test
    void shouldTellAFailureOnceUntilItChanges() throws InterruptedException, ExecutionException
    {
        checks.every("rules", LONG_S, this::check);
        failure.set("no nft");
        run(3);
        assertEquals(List.of("rules failed: no nft"), told);
        failure.set("locked");
        run(2);
        assertEquals(List.of("rules failed: no nft", "rules failed: locked"), told);
        failure.set(null);
        run(1);
        failure.set("locked");
        run(1);
        assertEquals(3, told.size(), "it worked in between");
    }

    @Test
    void shouldGoOnAfterAProgrammersError() throws InterruptedException, ExecutionException
    {
        checks.every("rules", LONG_S, () ->
        {
            throw new IllegalStateException("bug");
        });
        run(2);
        assertEquals(List.of("rules failed: bug"), told);
    }

    @Test
    void shouldRunNothingOnceClosed()
    {
        checks.every("rules", LONG_S, this::check);
        checks.close();
        assertTrue(checks.now("rules").isCancelled());
    }

    @Test
    void shouldRefuseTwoOfOneName()
    {
        checks.every("rules", LONG_S, this::check);
        assertThrows(IllegalArgumentException.class, () -> checks.every("rules", LONG_S, this::check));
        assertThrows(NullPointerException.class, () -> checks.now("routes"));
    }
}
