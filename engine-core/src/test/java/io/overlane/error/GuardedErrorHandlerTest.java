// SPDX-License-Identifier: Apache-2.0
package io.overlane.error;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reports to the application, and survives it. */
class GuardedErrorHandlerTest
{
    private final List<Throwable> errors = new ArrayList<>();

    @Test
    void shouldSurviveWhateverHandlerThrows()
    {
        final IllegalStateException broken = new IllegalStateException("broken");
        final GuardedErrorHandler throwing = GuardedErrorHandler.of(error ->
        {
            errors.add(error);
            throw new LinkageError("of the handler");
        });

        assertDoesNotThrow(() -> throwing.onError(broken));
        assertEquals(List.of(broken), errors);
        assertDoesNotThrow(() -> GuardedErrorHandler.of(null).onError(broken));
        assertSame(throwing, GuardedErrorHandler.of(throwing), "guarded once");
    }

    @Test
    void shouldCloseAllWhateverOneOfThemThrows()
    {
        final List<String> closed = new ArrayList<>();
        final OutOfMemoryError thrown = new OutOfMemoryError("of the first");
        GuardedErrorHandler.of(errors::add).closeAll(Arrays.asList(
            () ->
            {
                throw thrown;
            },
            null,
            () -> closed.add("third")));

        assertEquals(List.of("third"), closed);
        assertEquals(List.of(thrown), errors);
    }

    @Test
    void shouldReportWhatForeignCodeThrows()
    {
        final AssertionError thrown = new AssertionError("of the code");
        GuardedErrorHandler.of(errors::add).run(() ->
        {
            throw thrown;
        });

        assertEquals(List.of(thrown), errors);
    }
}
