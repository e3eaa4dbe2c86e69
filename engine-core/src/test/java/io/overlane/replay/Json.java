package io.overlane.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON text (RFC 8259) into maps, lists, strings, doubles, booleans and nulls. Enough for test data: strict,
 * but without regard for size or speed.
 */
public final class Json
{
    private final String text;
    private int at;

    private Json(final String text)
    {
        this.text = text;
    }

    /**
     * @param text a whole JSON text.
     * @return its value.
     * @throws IllegalArgumentException if it is none; the message says where.
     */
    public static Object parse(final String text)
    {
        final Json json = new Json(text);
        final Object value = json.value();
        json.skipSpace();
        if (json.at < text.length())
        {
            throw json.wrong("the end");
        }
        return value;
    }

    private Object value()
    {
        skipSpace();
        switch (peek())
        {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object()
    {
        final Map<String, Object> members = new LinkedHashMap<>();
        expect('{');
        if (!accept('}'))
        {
            do
            {
                skipSpace();
                final String name = string();
                expect(':');
                members.put(name, value());
            }
            while (accept(','));
            expect('}');
        }
        return members;
    }

    private List<Object> array()
    {
        final List<Object> elements = new ArrayList<>();
        expect('[');
        if (!accept(']'))
        {
            do
            {
                elements.add(value());
            }
            while (accept(','));
            expect(']');
        }
        return elements;
    }

    private String string()
    {
        expect('"');
        final StringBuilder string = new StringBuilder();
        while (peek() != '"')
        {
            final char c = next();
            string.append(c == '\\' ? escaped() : c);
        }
        at++;
        return string.toString();
    }

    private char escaped()
    {
        final char c = next();
        switch (c)
        {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                at += 4;
                return (char)Integer.parseInt(text.substring(at - 4, at), 16);
            default:
                return c;
        }
    }

    private Object word(final String word, final Object value)
    {
        if (!text.startsWith(word, at))
        {
            throw wrong(word);
        }
        at += word.length();
        return value;
    }

    private Double number()
    {
        final int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0)
        {
            at++;
        }
        if (start == at)
        {
            throw wrong("a value");
        }
        return Double.valueOf(text.substring(start, at));
    }

    private void skipSpace()
    {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0)
        {
            at++;
        }
    }

    private boolean accept(final char c)
    {
        skipSpace();
        final boolean isNext = peek() == c;
        at += isNext ? 1 : 0;
        return isNext;
    }

    private void expect(final char c)
    {
        if (!accept(c))
        {
            throw wrong("'" + c + "'");
        }
    }

    private char peek()
    {
        if (at >= text.length())
        {
            throw wrong("more");
        }
        return text.charAt(at);
    }

    private char next()
    {
        final char c = peek();
        at++;
        return c;
    }

    private IllegalArgumentException wrong(final String expected)
    {
        return new IllegalArgumentException("expected " + expected + " at character " + at);
    }
}
