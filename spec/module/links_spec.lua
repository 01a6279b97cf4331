-- SPDX-License-Identifier: MIT
-- Links of tasks are found in every shape that gateways send.

local luma = require "luma"

local LINK = "https://x.test/v.mp4"

describe("luma.url", function()
  for what, task in pairs {
    ["result_url"] = { result_url = LINK },
    ["video_url"] = { video_url = LINK },
    ["assets.video"] = { assets = { video = LINK } },
    ["video, a string"] = { video = LINK },
    ["data.video_url"] = { data = { video_url = LINK } },
    ["data.result_url"] = { data = { result_url = LINK } },
    ["data.video, a string"] = { data = { video = LINK } },
    ["data.assets.video"] = { data = { assets = { video = LINK } } },
    ["the row, where data has none"] = { result_url = LINK, data = { id = 1 } },
    ["the row, where data is a text"] = { video_url = LINK, data = "x" },
    ["fail_reason of a SUCCESS row"] = { status = "SUCCESS",
      fail_reason = LINK, data = luma.null },
    ["fail_reason beside what says nothing"] = { state = "completed",
      fail_reason = LINK, video = luma.null, result_url = "" },
    ["blanks"] = { video = { url = " \n" .. LINK .. "\t " } },
  } do
    it("finds it in " .. what, function()
      assert.equal(LINK, luma.url(task))
    end)
  end

  it("prefers a link without a watermark, whatever else there is", function()
    assert.equal(LINK, luma.url { status = "SUCCESS", fail_reason = "https://f",
      result_url = "https://r", video_url = "https://u",
      data = { video = { url = "https://w", download_url = LINK } } })
  end)

  it("takes no word for a link", function()
    for _, word in ipairs { "N/A", "pending", "null", "vid_123", "-" } do
      assert.equal(LINK, luma.url { status = "SUCCESS", video = word,
        result_url = word, data = { video = { download_url = word } },
        fail_reason = LINK })
    end
    for _, link in ipairs { "/f/v.mp4", "//x.test/v", "f/v.mp4" } do
      assert.equal(link, luma.url { video_url = link })
    end
  end)

  it("takes no failure for a link", function()
    for _, task in ipairs {
      { status = "FAILURE", fail_reason = LINK },
      { status = "IN_PROGRESS", fail_reason = LINK },
      { status = "SUCCESS", fail_reason = "see https://x.test/help" },
      { status = "SUCCESS", fail_reason = "https://" },
      { status = "SUCCESS", fail_reason = "task failed" },
    } do
      assert.is_nil(luma.url(task))
    end
  end)

  it("finds the other links as well", function()
    assert.equal(LINK, luma.url({ thumbnail = LINK }, "thumbnail"))
    assert.equal(LINK, luma.url({ assets = { image = LINK } }, "thumbnail"))
    assert.equal(LINK, luma.url({ video = { thumbnail = LINK } },
      "thumbnail"))
    assert.equal(LINK, luma.url({ data = { last_frame_url = LINK } },
      "last_frame"))
    assert.equal(LINK, luma.url({ last_frame = LINK }, "last_frame"))
  end)
end)
