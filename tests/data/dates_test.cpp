// Dates: against known days, there and back over the calendar, formats of columns.
#include "candor/data/table/dates.h"

#include <gtest/gtest.h>

namespace candor::data {
namespace {

TEST(Dates, KnownMoments) {
  EXPECT_EQ(parse_date("1970-01-01", "%Y-%m-%d"), 0.0);
  EXPECT_EQ(parse_date("2000-03-01", "%Y-%m-%d"), 951868800.0);
  EXPECT_EQ(parse_date("1900-01-01 00:00:01", "%Y-%m-%d %H:%M:%S"), -2208988799.0);
  EXPECT_EQ(parse_date("2009-02-13T23:31:30Z", "%Y-%m-%dT%H:%M:%S%z"), 1234567890.0);
  EXPECT_EQ(parse_date("2009-02-14T01:31:30.5+02:00", "%Y-%m-%dT%H:%M:%S%z"), 1234567890.5);
  EXPECT_EQ(parse_date("Feb 13, 2009 11:31 PM", "%b %d, %Y %I:%M %p"), 1234567860.0);
  EXPECT_EQ(parse_date(" 13. September 2009 ", "%d. %B %Y"), parse_date("2009-09-13", "%Y-%m-%d"));
  EXPECT_EQ(parse_date("2009 Q3", "%Y Q%q"), parse_date("2009-07-01", "%Y-%m-%d"));
  EXPECT_EQ(parse_date("2008-366", "%Y-%j"), parse_date("2008-12-31", "%Y-%m-%d"));
  EXPECT_EQ(parse_date("2006-01-01 24:00", "%Y-%m-%d %H:%M"), parse_date("2006-01-02", "%Y-%m-%d"));
}

TEST(Dates, WhatIsNoDateIsNotRead) {
  for (const char* text : {"", "2009", "2009-13-01", "2009-02-30", "2009-02-29", "2009-2-", "2009-02-13x", "x2009-02-13", "209-02-13", "99999-01-01", "2009-00-10", "2009-10-00"}) {
    EXPECT_FALSE(parse_date(text, "%Y-%m-%d")) << text;
  }
  EXPECT_FALSE(parse_date("2009-02-13 24:30", "%Y-%m-%d %H:%M"));
  EXPECT_FALSE(parse_date("2009-02-13 10:61", "%Y-%m-%d %H:%M"));
  EXPECT_FALSE(parse_date("2009-366", "%Y-%j"));
  EXPECT_FALSE(parse_date("2009-02-13T10:00:00+99:00", "%Y-%m-%dT%H:%M:%S%z"));
  EXPECT_FALSE(parse_date("10", "%"));
  EXPECT_FALSE(parse_date("10", "%Q"));
}

TEST(Dates, ThereAndBackOverFourHundredYears) {
  int weekday = from_seconds(to_seconds({.year = 1799, .month = 12, .day = 31})).weekday;
  for (double day = to_seconds({.year = 1800, .month = 1, .day = 1}); day < to_seconds({.year = 2200, .month = 1, .day = 1}); day += 86400) {
    const CalendarTime t = from_seconds(day + 3661);
    ASSERT_EQ(to_seconds(t), day + 3661);
    ASSERT_EQ(t.weekday, (weekday + 1) % 7);
    weekday = t.weekday;
    ASSERT_EQ(t.day_of_year, static_cast<int>((day - to_seconds({.year = t.year, .month = 1, .day = 1})) / 86400) + 1);
    ASSERT_LE(t.day, days_of_month(t.year, t.month));
    const std::string text = format_date(day + 3661, "%Y-%m-%d %H:%M:%S");
    ASSERT_EQ(parse_date(text, "%Y-%m-%d %H:%M:%S"), day + 3661) << text;
  }
  EXPECT_EQ(from_seconds(0).weekday, 3);  // a Thursday
  EXPECT_EQ(to_seconds({.year = 2006, .month = 14, .day = 1}), to_seconds({.year = 2007, .month = 2, .day = 1}));
  EXPECT_EQ(to_seconds({.year = 2006, .month = -1, .day = 1}), to_seconds({.year = 2005, .month = 11, .day = 1}));
}

TEST(Dates, FormatsAreFound) {
  const auto format = [](std::vector<std::string> cells) { return find_date_format(cells).format; };
  EXPECT_EQ(format({"2006-01-01", "2006-01-02"}), "%Y-%m-%d");
  EXPECT_EQ(format({"1949-01", "", "1949-02"}), "%Y-%m");
  EXPECT_EQ(format({"2016-07-01 00:00:00", "2016-07-01 01:00:00"}), "%Y-%m-%d %H:%M:%S");
  EXPECT_EQ(format({"2010-01-01T01:00:00", "2010-01-01T02:00:00"}), "%Y-%m-%dT%H:%M:%S");
  EXPECT_EQ(format({"31.12.2020 23:59", "01.01.2021 00:00"}), "%d.%m.%Y %H:%M");
  EXPECT_EQ(format({"12/31/2020", "01/01/2021"}), "%m/%d/%Y");
  EXPECT_EQ(format({"31/12/2020", "01/01/2021"}), "%d/%m/%Y");
  EXPECT_EQ(format({"20201231", "20210101"}), "%Y%m%d");
  EXPECT_EQ(format({"Jan 2020", "February 2020"}), "%b %Y");
  EXPECT_EQ(format({"2020 Q4", "2021 Q1"}), "%Y Q%q");
  EXPECT_EQ(format({"Sun, 06 Nov 1994 08:49:37 GMT"}), "%a, %d %b %Y %H:%M:%S %z");
  EXPECT_EQ(format({"red", "green"}), "");
  EXPECT_EQ(format({}), "");
}

TEST(Dates, DoubtsAreTold) {
  // Both readings are possible; the days of one month are more likely than one day of many months.
  const DateFormat months = find_date_format(std::vector<std::string>{"01/02/2020", "01/03/2020", "01/04/2020", "01/05/2020"});
  EXPECT_EQ(months.format, "%m/%d/%Y");
  EXPECT_EQ(months.other, "%d/%m/%Y");
  const DateFormat days = find_date_format(std::vector<std::string>{"01/02/2020", "02/02/2020", "03/02/2020"});
  EXPECT_EQ(days.format, "%d/%m/%Y");
  EXPECT_EQ(days.other, "%m/%d/%Y");
  const DateFormat clear = find_date_format(std::vector<std::string>{"01/02/2020", "13/02/2020"});
  EXPECT_EQ(clear.format, "%d/%m/%Y");
  EXPECT_EQ(clear.other, "");

  const DateFormat two = find_date_format(std::vector<std::string>{"2020-01-01", "2020-01-02", "03.01.2020", "2020-01-04"});
  EXPECT_EQ(two.format, "%Y-%m-%d");
  EXPECT_EQ(two.read, 3);
  EXPECT_EQ(two.cells, 4);
  EXPECT_EQ(two.mixed, "%d.%m.%Y");
  EXPECT_EQ(two.first_unread, "03.01.2020");
}

}  // namespace
}  // namespace candor::data
