// SPDX-License-Identifier: MIT
//
// What the grammars share: how re2c reads them, and the letters that RFC 5234 and RFC 3629 give to every other RFC.
// Included by command.re, address.re and parameter.re into their first block. No rules, no C.
//
// A grammar is given a whole line and never asks for more (no YYFILL). LF is the sentinel: re2c itself refuses a rule
// that could go on after one, so no grammar can read beyond the CR LF that its caller promises.

re2c:yyfill:enable      = 0;
re2c:sentinel           = 10;
re2c:define:YYCTYPE     = "unsigned char";
re2c:define:YYCURSOR    = cursor;
re2c:define:YYMARKER    = marker;

// RFC 5234 appendix B.1

ALPHA                   = [a-zA-Z];
DIGIT                   = [0-9];
HEXDIG                  = [0-9a-fA-F];
HTAB                    = "\t";
SP                      = " ";
VCHAR                   = [!-~];
CRLF                    = "\r\n";

// RFC 3629 section 4: UTF-8 of two octets and more, without overlong forms, surrogates or anything above U+10FFFF;
// RFC 6531 section 3.3 calls it UTF8-non-ascii.

UTF8_tail               = [\x80-\xbf];
UTF8_2                  = [\xc2-\xdf] UTF8_tail;
UTF8_3                  = "\xe0" [\xa0-\xbf] UTF8_tail
                        | [\xe1-\xec] UTF8_tail{2}
                        | "\xed" [\x80-\x9f] UTF8_tail
                        | [\xee-\xef] UTF8_tail{2};
UTF8_4                  = "\xf0" [\x90-\xbf] UTF8_tail{2}
                        | [\xf1-\xf3] UTF8_tail{3}
                        | "\xf4" [\x80-\x8f] UTF8_tail{2};
UTF8_non_ascii          = UTF8_2 | UTF8_3 | UTF8_4;
