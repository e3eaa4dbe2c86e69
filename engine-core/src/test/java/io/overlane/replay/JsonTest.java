package io.overlane.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The test data's own reader: {@link Json}. */
class JsonTest
{
    @Test
    void shouldReadEveryKindOfValue()
    {
        assertEquals(
            Map.of("a", List.of(1.0, -2.5e3, true, false), "b", Map.of(), "c", List.of(), "d", "x\"\\/\n\u00e9"),
            Json.parse(" {\"a\" : [1, -2.5e3,true , false], \"b\":{}, \"c\":[ ],\"d\":\"x\\\"\\\\\\/\\n\\u00e9\"} "));
        assertNull(Json.parse("null"));
    }

    @Test
    void shouldRefuseWhatIsNoJson()
    {
        for (final String text : List.of("", "{", "[1,]", "[1 2]", "{\"a\"}", "{a:1}", "\"open", "tru", "1 1", "-"))
        {
            assertThrows(IllegalArgumentException.class, () -> Json.parse(text), text);
        }
    }
}
