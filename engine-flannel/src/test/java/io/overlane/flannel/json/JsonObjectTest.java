// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON is read and written the way Go does it. */
class JsonObjectTest
{
    @Test
    void shouldMatchNamesWhateverTheirCase()
    {
        assertEquals("x", JsonObject.parse("{\"backendTYPE\":\"x\"}").text("BackendType", ""));
    }

    @Test
    void shouldTakeTheLastOfSeveral()
    {
        assertEquals(2, JsonObject.parse("{\"Port\":1,\"port\":2}").integer("Port", 0));
    }

    @Test
    void shouldTakeTheFallbackForNullAndAbsent()
    {
        final JsonObject object = JsonObject.parse("{\"a\":null}");
        assertTrue(object.bool("a", true));
        assertEquals("b", object.text("a", "b"));
        assertEquals(7, object.integer("missing", 7));
        assertEquals("null", object.raw("a"));
        assertNull(object.raw("missing"));
        assertFalse(object.has("a"));
    }

    @Test
    void shouldReadNullAsEmptyObject()
    {
        assertNull(JsonObject.parse("null").raw("a"));
    }

    @Test
    void shouldKeepNestedTextCompactAndNumbersAsWritten()
    {
        assertEquals(
            "{\"a\":[1.50,1E3,{\"b c\":\"d \\\" \\u0001\"},[],{}],\"n\":null}",
            JsonObject.compact(" { \"a\" : [ 1.50, 1E3, { \"b c\" : \"d \\\" \\u0001\" }, [ ], { } ], \"n\": null }"));
    }

    @Test
    void shouldReadObjectsOfAnArray()
    {
        final JsonObject object = JsonObject.parse("{\"kvs\":[{\"a\":1},{\"a\":2}]}");
        assertEquals(2, object.objects("kvs").size());
        assertEquals(2, object.objects("kvs").get(1).integer("a", 0));
        assertTrue(object.objects("none").isEmpty());
    }

    @Test
    void shouldReadQuotedNumbersOnlyWhereAsked()
    {
        final JsonObject object = JsonObject.parse("{\"revision\":\"9223372036854775807\"}");
        assertEquals(Long.MAX_VALUE, object.int64("revision", 0));
        assertThrows(JsonException.class, () -> object.integer("revision", 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1e2", "\"1\"", "true", "99999999999999999999", "[]"})
    void shouldRefuseWhatGoDoesNotTakeForAnInteger(final String value)
    {
        final JsonObject object = JsonObject.parse("{\"Port\":" + value + "}");
        final JsonException ex = assertThrows(JsonException.class, () -> object.integer("port", 0));
        assertTrue(ex.getMessage().startsWith("port="), ex.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"true\"", "1", "{}"})
    void shouldRefuseWhatGoDoesNotTakeForABool(final String value)
    {
        final JsonObject object = JsonObject.parse("{\"GBP\":" + value + "}");
        assertThrows(JsonException.class, () -> object.bool("GBP", false));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "[]", "1", "\"a\"", "{", "{\"a\":1", "{\"a\":1,}", "{'a':1}", "{\"a\":01}", "{\"a\":NaN}", "{} {}", "{}x",
        "{\"a\":[1}", "{\"a\":\"\n\"}", "{a:1}", "{\"a\":1}//"})
    void shouldRefuseWhatIsNoObject(final String json)
    {
        final JsonException ex = assertThrows(JsonException.class, () -> JsonObject.parse(json));
        assertFalse(ex.getMessage().contains("\n"), ex.getMessage());
    }

    @Test
    void shouldWriteWhatItReads()
    {
        final String json = new JsonBuilder().begin()
            .text("a", "q\"\\\n").begin("b").number("c", -1).end().raw("d", "[1]").text("e", null).end().toString();
        assertEquals("{\"a\":\"q\\\"\\\\\\n\",\"b\":{\"c\":-1},\"d\":[1],\"e\":null}", json);
        assertEquals("q\"\\\n", JsonObject.parse(json).text("a", ""));
        assertEquals(json, JsonObject.compact(json));
    }
}
