// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The stored captures and what {@link OwnCaptures} describes are the same. */
class OwnCapturesTest
{
    @Test
    void shouldBeStoredAsDescribed() throws IOException
    {
        for (final OwnCapture capture : OwnCaptures.all())
        {
            assertArrayEquals(capture.file(), stored(capture.fileName()), capture.fileName() + ": run MakeCaptures");
        }
    }

    @Test
    void shouldHaveAPageOfItsOrigin() throws IOException
    {
        assertEquals(
            MakeCaptures.page(), new String(stored(MakeCaptures.PAGE), StandardCharsets.UTF_8), "run MakeCaptures");
    }

    private static byte[] stored(final String name) throws IOException
    {
        try (InputStream resource = OwnCapturesTest.class.getResourceAsStream("/captures/" + name))
        {
            assertNotNull(resource, name + " is missing: run MakeCaptures");
            return resource.readAllBytes();
        }
    }
}
